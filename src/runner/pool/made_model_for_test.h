// The made models as their owner would register them: their family is said, since their tiny outputs could be read in more than one way.
#pragma once

#include "support/sample_models.h"

namespace darkroom::runner::test {

inline domain::Model made_model(const std::string& file) {
  domain::Model model = darkroom::test::onnx_model(darkroom::test::made_models() / file);
  model.recipe.family = "yolox";
  return model;
}

}  // namespace darkroom::runner::test
