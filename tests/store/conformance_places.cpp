// Models that services elsewhere run have places of their own on a node: why a job waits is told of those that can run it, and of no others.
#include "store/conformance.h"

namespace darkroom::store {
namespace {

using std::chrono::hours;

// Two slots for all models, three places for the service `ocr`.
NodeRecord node_with_service(const std::string& id) {
  return {.id = id, .name = "alpha", .role = "serve", .version = "1", .slots = 5, .models = {"demo", "ocr"}, .places = {{"ocr", 3}}};
}

TEST_P(StoreConformance, ANodeIsListedWithThePlacesOfItsServices) {
  store_->register_node(node_with_service(kNode), hours(1), now_);
  auto listed = store_->nodes(now_).at(0);
  EXPECT_EQ(listed.models, (std::vector<std::string>{"demo", "ocr"}));
  EXPECT_EQ(listed.places, (std::map<std::string, int>{{"ocr", 3}}));
  NodeRecord without = node_with_service(kNode);
  without.places.clear();
  store_->register_node(without, hours(1), now_);
  EXPECT_TRUE(store_->nodes(now_).at(0).places.empty());
}

TEST_P(StoreConformance, BusySlotsAreNoReasonForAJobOfAService) {
  store_->register_node(node_with_service(kNode), hours(1), now_);
  for (int i = 0; i < 3; ++i) upload(photo("a", 0, "demo"));
  ASSERT_EQ(store_->claim(wants(2, {"demo"}), now_).size(), 2u);
  auto waits_for_slot = store_->find_jobs({.state = domain::JobState::queued}).jobs.at(0).job;
  auto waits_for_service = upload(photo("a", 0, "ocr"));
  Place slot = store_->place_of(waits_for_slot.public_id, now_).value();
  EXPECT_EQ(slot.code, "in_line");
  EXPECT_NE(slot.message.find("2 of 2 slots"), std::string::npos) << slot.message;
  Place service = store_->place_of(waits_for_service.job.public_id, now_).value();
  EXPECT_EQ(service.code, "next");
  EXPECT_NE(service.message.find("3 of 3 slots"), std::string::npos) << service.message;
}

TEST_P(StoreConformance, ABusyServiceIsNoReasonForOtherJobs) {
  store_->register_node(node_with_service(kNode), hours(1), now_);
  for (int i = 0; i < 4; ++i) upload(photo("a", 0, "ocr"));
  ASSERT_EQ(store_->claim(wants(3, {"ocr"}), now_).size(), 3u);
  auto waits_for_service = store_->find_jobs({.state = domain::JobState::queued}).jobs.at(0).job;
  auto demo = upload(photo("a", 0, "demo"));
  EXPECT_NE(store_->place_of(waits_for_service.public_id, now_).value().message.find("3 of 3 slots that can run it are busy"), std::string::npos);
  Place place = store_->place_of(demo.job.public_id, now_).value();
  EXPECT_EQ(place.code, "next");
  EXPECT_NE(place.message.find("2 of 2 slots"), std::string::npos) << place.message;
}

// Whoever has only places for services runs nothing else.
TEST_P(StoreConformance, PlacesAloneAreNoWorkerForOtherModels) {
  NodeRecord only = node_with_service(kNode);
  only.slots = 3;
  store_->register_node(only, hours(1), now_);
  EXPECT_EQ(store_->place_of(upload(photo("a", 0, "demo")).job.public_id, now_).value().code, "no_worker");
}

}  // namespace
}  // namespace darkroom::store
