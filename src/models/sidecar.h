// The sidecar of a model, model.toml: what a file cannot say about itself, or what its owner knows better. It may stand alone, where the model is
// someone's service (engine = "http").
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::models {

struct Sidecar {
  domain::EngineKind engine = domain::EngineKind::onnx;  // or http
  domain::Recipe recipe;
  std::string title;
  std::string licence;
  std::vector<std::string> labels;  // by class index
  std::optional<domain::RemoteService> remote;  // of engine http; a header's value "env:DARKROOM_MODEL_..." is that of the variable
};

// Keys: every field of a recipe; engine, title, licence, labels; with engine = "http" also url, timeout_seconds, concurrency and the table headers.
// Error model_unavailable names what it is called, the line and what is allowed; a key that is not known is an error, since it is most often a
// misspelt one.
Result<Sidecar> read_sidecar(std::string_view text, const std::string& called);

// The same text with family and task as chosen; an empty choice leaves what is there. Errors as above.
Result<std::string> with_choice(std::string_view text, const std::string& called, const std::string& family, const std::string& task);

// One name a line, by class index; carriage returns, trailing blanks and empty lines at the end do not count. Error model_unavailable: a line that is
// not text.
Result<std::vector<std::string>> read_labels(std::string_view text, const std::string& called);

}  // namespace darkroom::models
