// Files that tests of models stand on: tiny ones that a script makes on the spot, and real ones that this repository does not carry.
#pragma once

#include "base/hash.h"
#include "domain/model.h"
#include "support/shared_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace darkroom::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

// A folder with the models and photos of tests/models/make_models.py, made once a program; empty when python3-onnx is not there.
inline const std::filesystem::path& made_models() {
  struct Folder {
    Folder() {
      char name[] = "/tmp/darkroom-models-XXXXXX";
      path = ::mkdtemp(name);
      std::string command = "/usr/bin/python3 " DARKROOM_SOURCE_DIR "/tests/models/make_models.py " + path.string();
      if (std::system(command.c_str()) != 0) path.clear();
    }
    ~Folder() {
      std::error_code ignored;
      if (!path.empty()) std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
  };
  static Folder folder;
  return folder.path;
}

inline domain::Model onnx_model(const std::filesystem::path& file) {
  domain::Model model;
  model.name = file.stem();
  model.engine = domain::EngineKind::onnx;
  model.file_hash = sha256_hex(read_file(file));
  model.version = model.file_hash.substr(0, 12);
  model.file = file;
  return model;
}

}  // namespace darkroom::test
