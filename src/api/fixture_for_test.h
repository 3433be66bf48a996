// The parts of a server for tests of the API: a store and photos in a folder of their own, the built-in models, nothing that runs.
#pragma once

#include "api/parts.h"
#include "blob/file_blob_store.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

namespace darkroom::api {

class ApiFixture : public testing::Test {
 protected:
  ApiFixture() : folder_(testing::TempDir() + "api-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/blobs");
    ApiConfig config{.version = "0.7", .default_model = "demo", .photo = {}};
    parts_ = std::make_unique<Parts>(Parts{std::move(config), *store_, *blobs_, catalogue_, clock_, [] { return RunnerReport{}; }, [] {}});
  }

  std::string folder_;
  SystemClock clock_;
  models::Catalogue catalogue_{models::CatalogueConfig{"", false}};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace darkroom::api
