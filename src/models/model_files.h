// The files that make a model, wherever they lie: model.onnx, labels.txt, model.toml. From them come the model's name, version and what its owner
// says.
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::models {

enum class FilePart { model, labels, sidecar };
inline constexpr std::array kFileParts = {FilePart::model, FilePart::labels, FilePart::sidecar};

std::string_view file_name(FilePart part);     // model.onnx, labels.txt, model.toml
std::int64_t largest_bytes(FilePart part);     // that is taken

// [a-z0-9][a-z0-9_.-]{0,63}, and not the name of a built-in model. Error invalid_field.
Result<void> check_model_name(std::string_view name);
// 12 hex digits.
bool is_version(std::string_view text);

struct ModelFiles {
  std::string path;  // of model.onnx; empty: there is none
  std::string sha256;  // of it
  std::optional<std::string> labels;   // text
  std::optional<std::string> sidecar;  // text
};

// The first 12 hex digits of the SHA-256 of the file; where labels or a sidecar stand beside it, of the hashes of all of them.
std::string version_of(const ModelFiles& files);

// Error model_unavailable: texts that are wrong, a file too many or too few. `folder` is for messages: "models/parts".
Result<domain::Model> make_model(const std::string& name, const ModelFiles& files, const std::string& folder);

}  // namespace darkroom::models
