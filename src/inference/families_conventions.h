// How a photo becomes the input of a family, and what its reference code does with the answer. Nothing of this stands in a model's file.
#pragma once

#include "domain/recipe.h"

#include <string_view>

namespace darkroom::inference {

struct Convention {
  std::string_view name;     // of the family, or of a variety of it
  std::string_view because;  // whose habit it is
  domain::Recipe recipe;     // the fields that the family uses; input_width and input_height where it has a customary size
};

const Convention* find_convention(std::string_view name);

}  // namespace darkroom::inference
