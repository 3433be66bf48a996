// A store and a blob store in a folder of their own.
#pragma once

#include "blob/file_blob_store.h"
#include "scheduler/remove_blobs.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

namespace darkroom::scheduler {

class ManualClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time = from_micros(1'767'225'600'000'000);  // 2026-01-01T00:00:00Z
};

class MaintenanceTest : public testing::Test {
 protected:
  MaintenanceTest() : folder_(testing::TempDir() + "maintenance-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/blobs");
    remove_blobs_ = std::make_unique<RemoveBlobs>(*store_, *blobs_);
  }
  ~MaintenanceTest() override { std::filesystem::remove_all(folder_); }

  std::string keep(const std::string& content) {
    auto staged = blobs_->stage();
    staged->write(content);
    blobs_->keep(*staged);
    return staged->sha256();
  }

  store::ImageRecord upload(const std::string& content) {
    store::NewImage image{.title = "a", .owner = "a", .sha256 = keep(content), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store_->create_image(image, {"admin", ""}, clock_.now()).value();
  }

  void end_next(domain::Ending ending) {
    auto job = store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, clock_.now()).at(0);
    store_->finish({job.fence, std::move(ending), "w", "v"}, {}, {}, clock_.now()).stored.get();
  }

  std::vector<store::JobRecord> maintenance_jobs() {
    std::vector<store::JobRecord> found;
    for (store::FoundJob& each : store_->find_jobs({.queue = std::string(domain::kMaintenanceQueue), .limit = 1000}).jobs) found.push_back(std::move(each.job));
    return found;
  }

  std::vector<store::Event> events(std::string_view type) {
    std::vector<store::Event> found;
    for (store::Event& event : store_->events(0, std::nullopt, 10'000)) {
      if (event.type == type) found.push_back(std::move(event));
    }
    return found;
  }

  std::string folder_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
  std::unique_ptr<RemoveBlobs> remove_blobs_;
};

}  // namespace darkroom::scheduler
