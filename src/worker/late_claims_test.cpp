// A claim whose commit lands after its slot has gone on without its answer.
#include "store/sql_store.h"
#include "worker/fixture_for_test.h"
#include "worker/odd_database_for_test.h"

#include <algorithm>

namespace darkroom::worker {
namespace {

using test::tiny_png;

class LateClaims : public test::OverOddDatabase<test::WorkerTest> {
 protected:
  std::int64_t event_of(const store::ImageRecord& image, std::string_view type) {
    auto events = store_->events(0, image.id, 100);
    auto found = std::ranges::find(events, type, &store::Event::type);
    return found == events.end() ? 0 : found->id;
  }
};

// Each job that ended brought the next one, so nobody asked what the slot holds without knowing it until the whole line was worked off.
TEST_F(LateClaims, WhatItTookGoesBackBeforeTheLineIsWorkedOff) {
  std::vector<store::ImageRecord> images;
  for (int i = 0; i < 5; ++i) images.push_back(upload(tiny_png()));
  int claims = 0;
  database_->before_answer = [&] {
    ++claims;
    if (claims == 1) throw store::StoreUnavailable("nobody hears of it");
    if (claims == 2) store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {"ai_processing/null"}, 1}, clock_.now());
  };
  auto worker = start(1);
  wait_for("job.completed", 5);
  EXPECT_NE(event_of(images[1], "job.interrupted"), 0);
  EXPECT_LT(event_of(images[1], "job.interrupted"), event_of(images[4], "job.started"));
}

}  // namespace
}  // namespace darkroom::worker
