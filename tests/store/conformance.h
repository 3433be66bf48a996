// What every implementation of store.h must do, as one suite: an implementation joins by INSTANTIATE_TEST_SUITE_P with its factory.
#pragma once

#include "domain/error_codes.h"
#include "store/store.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace darkroom::store {

struct StoreFactory {
  std::string name;
  // Each call with fresh = true gives a store without data; with fresh = false the same data opened again.
  std::function<std::unique_ptr<Store>(bool fresh)> open;
};

class StoreConformance : public testing::TestWithParam<StoreFactory> {
 protected:
  StoreConformance() : store_(GetParam().open(true)) {}

  void reopen() {
    store_.reset();
    store_ = GetParam().open(false);
  }

  static constexpr const char* kFolder = "01890000-0000-7000-8000-0000000000f1";
  static constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";

  static NewImage photo(const std::string& owner = "minji", int priority = 0, const std::string& model = "demo") {
    NewImage image;
    image.title = "street.jpg";
    image.owner = owner;
    image.sha256 = std::string(64, 'a');
    image.byte_count = 1000;
    image.format = "JPEG";
    image.width = 768;
    image.height = 576;
    image.model = model;
    image.priority = priority;
    return image;
  }

  ImageRecord upload(const NewImage& image) { return store_->create_image(image, {"admin", ""}, now_).value(); }
  ImageRecord upload(const std::string& owner = "minji", int priority = 0) { return upload(photo(owner, priority)); }

  static ClaimRequest wants(int count, std::vector<std::string> models = {"demo"}) {
    ClaimRequest request{.node = kNode, .worker = "worker-1", .lanes = {}, .count = count};
    for (const auto& model : models) request.lanes.push_back(domain::lane_of(domain::kProcessQueue, model));
    return request;
  }

  domain::ClaimedJob claim_one(const std::string& worker = "worker-1") {
    ClaimRequest request = wants(1);
    request.worker = worker;
    auto jobs = store_->claim(request, now_);
    EXPECT_EQ(jobs.size(), 1u);
    return jobs.at(0);
  }

  // The image ids of the next `count` claims, one claim at a time.
  std::vector<std::int64_t> claim_order(int count) {
    std::vector<std::int64_t> order;
    for (int i = 0; i < count; ++i) order.push_back(claim_one().image.value);
    return order;
  }

  Finished finish(const domain::ClaimedJob& job, domain::Ending ending, int next = 0) {
    Finished finished = store_->finish({job.fence, std::move(ending), "worker-1", "v1"}, wants(next), policy_, now_);
    finished.stored.get();
    return finished;
  }

  // Of so many photos: all are there before the first is looked at.
  void upload_and_finish(int count) {
    for (int i = 0; i < count; ++i) upload();
    for (int i = 0; i < count; ++i) finish(claim_one(), success());
  }

  static domain::Succeeded success(const std::string& document = R"({"status":"success"})") { return {{}, document}; }
  static domain::Failed transient() { return {{"model_unavailable", "The model is not ready."}, domain::Failed::Kind::transient}; }
  static domain::Failed permanent() { return {{"corrupt", "The photo is damaged."}, domain::Failed::Kind::permanent}; }
  static domain::Crashed crash() { return {{"decoder_crash", "The runner died of SIGSEGV."}}; }

  // A photo whose content is quarantined from now on.
  ImageRecord crashed_twice() {
    auto image = upload();
    finish(claim_one(), crash());
    finish(claim_one(), crash());
    return image;
  }

  std::vector<std::string> event_types(ImageId image) {
    std::vector<std::string> types;
    for (const Event& event : store_->events(0, image, 1000)) types.push_back(event.type);
    return types;
  }

  std::unique_ptr<Store> store_;
  Time now_ = from_micros(1'700'000'000'000'000);
  domain::RetryPolicy policy_{.jitter = 0.0};
};

}  // namespace darkroom::store
