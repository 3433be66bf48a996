// The models folder as it lies there: NAME/model.onnx with labels.txt and model.toml beside it, or a bare NAME.onnx. People, scripts and mounts put
// files there; it is only read, and files in it may be half copied at any moment.
#pragma once

#include "base/result.h"
#include "models/model_files.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace darkroom::models {

struct Drop {
  std::string name;
  std::string place;  // what people call it: the folder or the file
  std::map<FilePart, std::string> files;  // paths
  std::string fingerprint;  // sizes and times of change of the files: differs when one was touched
  std::chrono::nanoseconds changed{0};  // since the epoch: the last time that one of the files changed
};

struct WrongDrop {
  std::string name;
  Error error;  // model_unavailable: a name that no model may have, or two that claim it
};

struct DropFolder {
  std::vector<Drop> drops;  // by name
  std::vector<WrongDrop> wrong;
};

// A folder that does not exist holds nothing; files that vanish meanwhile are not there.
DropFolder look_at(const std::string& folder);

}  // namespace darkroom::models
