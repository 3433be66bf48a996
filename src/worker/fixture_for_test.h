// Shared by the tests of the worker: a real store, real files and real runner processes; only the engine is the one that finds nothing.
#pragma once

#include "blob/file_blob_store.h"
#include "store/open_store.h"
#include "worker/lease_keeper.h"
#include "worker/process_job.h"
#include "worker/worker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <functional>

namespace darkroom::worker::test {

// A white PNG of 2 x 1 pixels; the null engine obeys, in test mode, a command after its end.
inline std::string tiny_png(const std::string& command = "") {
  static constexpr unsigned char kPng[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
                                           0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00,
                                           0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x06, 0x00, 0x14, 0xf2, 0x05,
                                           0xfb, 0xa4, 0x0d, 0x7c, 0x5e, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  std::string png(reinterpret_cast<const char*>(kPng), sizeof kPng);
  return command.empty() ? png : png + "darkroom-test:" + command;
}

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() : folder_(testing::TempDir() + "worker-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/blobs");
    listen();
    runner::PoolConfig pool;
    pool.runner_path = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "darkroom-runner").string();
    pool.test_mode = true;
    zygotes_ = std::make_unique<runner::Zygotes>(pool);
  }

  void listen() {
    store_->on_commit([this](const std::vector<store::Event>& events) {
      std::lock_guard lock(mutex_);
      for (const auto& event : events) types_.push_back(event.type);
      heard_.notify_all();
    });
  }

  store::ImageRecord upload(const std::string& bytes, const std::string& model = "null", bool keep = true) {
    auto staged = blobs_->stage();
    staged->write(bytes);
    store::NewImage image{.title = "t",
                          .owner = "a",
                          .sha256 = staged->sha256(),
                          .byte_count = staged->size(),
                          .format = "PNG",
                          .width = 2,
                          .height = 1,
                          .model = model};
    if (keep) blobs_->keep(*staged);
    return store_->create_image(image, {"admin", ""}, clock_.now()).value();
  }

  std::unique_ptr<Worker> start(int slots = 2) {
    return std::make_unique<Worker>(WorkerConfig{.node = "01890000-0000-7000-8000-000000000001", .slots = slots, .retry = {}},
                                    WorkerParts{*store_, *blobs_, catalogue_, *zygotes_, clock_});
  }

  void wait_for(const std::string& type, std::ptrdiff_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(heard_.wait_for(lock, std::chrono::seconds(20), [&] { return std::ranges::count(types_, type) >= count; }))
        << "no " << count << " events " << type;
  }

  // Polled, for what no event tells.
  bool comes_true(const std::function<bool()>& condition) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::unique_lock lock(mutex_);
      heard_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }

  domain::Ending run(const store::ImageRecord& image) {
    auto job =
        store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {domain::lane_of(domain::kProcessQueue, image.job.model)}, 1}, clock_.now())
            .at(0);
    runner::Slot slot(*zygotes_);
    return process_job(job, {*blobs_, catalogue_, &slot}).ending;
  }

  std::string folder_;
  SystemClock clock_;
  models::Catalogue catalogue_{models::CatalogueConfig{"", true}};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
  std::unique_ptr<runner::Zygotes> zygotes_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<std::string> types_;
};

}  // namespace darkroom::worker::test
