// The whole way: an ending in a real store, a request to a real receiver, what became of it in the store.
#include "delivery/deliver.h"
#include "base/fail_point.h"
#include "delivery/listener_for_test.h"
#include "delivery/signature.h"
#include "store/open_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace darkroom::delivery {
namespace {

using namespace std::chrono_literals;
using domain::DeliveryState;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

std::string answer_of(int status, const std::string& header = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

// Goes on by itself, and is moved on by hand.
struct MovedClock final : Clock {
  Time now() const override { return SystemClock().now() + moved; }
  Duration moved{};
};

class DeliverTest : public testing::Test {
 protected:
  DeliverTest() : folder_(testing::TempDir() + "deliver-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    config_.guard = {.allow_http = true, .ports = {receiver_.port()}, .allowed = parse_cidrs("127.0.0.0/8").value()};
    config_.delays = {50ms, 50ms};
    guard_ = std::make_unique<Guard>(config_.guard);
    sender();
    store_->create_endpoint({.url = "http://127.0.0.1:" + std::to_string(receiver_.port()) + "/hook", .sealed_secret = "sealed"}, {"admin", ""}, clock_.now());
  }
  ~DeliverTest() override {
    deliver_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::unique_ptr<Deliver> new_sender() {
    Secrets secrets{.open = [this](const std::string&) -> Result<std::string> { return secret_; }, .of_site = [](const std::string&) { return ""; }, .of_token = [](const std::string&) { return ""; }};
    return std::make_unique<Deliver>(config_, *store_, *guard_, std::move(secrets), clock_);
  }
  // A new one, as after a kill.
  void sender() { deliver_ = new_sender(); }
  // Whom it may call as well.
  void allow(const Listener& other) {
    config_.guard.ports.push_back(other.port());
    guard_ = std::make_unique<Guard>(config_.guard);
    sender();
  }

  void run() {
    store::ClaimRequest wants{.node = "01890000-0000-7000-8000-000000000001", .worker = "w", .lanes = {domain::lane_of(domain::kProcessQueue, "demo")}, .count = 1};
    auto job = store_->claim(wants, clock_.now()).at(0);
    wants.count = 0;
    store_->finish({job.fence, domain::Succeeded{{}, R"({"status":"success"})"}, "w", "v1"}, wants, {}, clock_.now()).stored.get();
  }

  domain::ImageId photo(std::vector<store::NewCallback> callbacks = {}) {
    store::NewImage image{.title = "a", .owner = "minji", .external_id = {}, .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    image.callbacks = std::move(callbacks);
    auto made = store_->create_image(image, {"admin", ""}, clock_.now()).value();
    run();
    return made.id;
  }

  std::vector<store::DeliveryRecord> all() { return store_->list_deliveries({}, std::nullopt, 100).deliveries; }

  // As its loop makes one, which goes on when the database is away.
  void round() {
    try {
      deliver_->run_once();
    } catch (const store::StoreUnavailable&) {
    }
  }
  // Rounds until this is so.
  bool comes(const std::function<bool()>& done) {
    for (auto until = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < until;) {
      round();
      if (done()) return true;
    }
    return false;
  }
  // Until the newest delivery is in this state.
  bool becomes(DeliveryState state) {
    return comes([&] { return all().at(0).state == state; });
  }

  MovedClock clock_;
  std::string folder_, secret_ = std::string(32, 'k');
  Listener receiver_;
  DeliveryConfig config_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<Deliver> deliver_;
};

TEST_F(DeliverTest, AResultArrivesSigned) {
  photo();
  ASSERT_TRUE(becomes(DeliveryState::delivered));
  auto requests = receiver_.requests();
  ASSERT_EQ(requests.size(), 1u);
  const std::string& request = requests[0];
  auto value = [&](const std::string& name) {
    auto at = request.find(name + ": ");
    return at == std::string::npos ? "" : request.substr(at + name.size() + 2, request.find("\r\n", at) - at - name.size() - 2);
  };
  std::string body = request.substr(request.find("\r\n\r\n") + 4);
  EXPECT_EQ(request.substr(0, 16), "POST /hook HTTP/");
  EXPECT_EQ(value("webhook-id"), all()[0].public_id);
  EXPECT_EQ(value("webhook-signature"), signature(secret_, value("webhook-id"), std::stoll(value("webhook-timestamp")), body));
  EXPECT_EQ(body, all()[0].body);
}

TEST_F(DeliverTest, AReplacedSecretSignsUntilItsTimeAndNoLonger) {
  auto signatures = [&](Duration left) {
    auto endpoint = store_->list_endpoints().at(0).public_id;
    store_->change_endpoint(endpoint, {.new_sealed_secret = "sealed anew", .old_secret_until = clock_.now() + left}, {"admin", ""}, clock_.now()).value();
    photo();
    EXPECT_TRUE(becomes(DeliveryState::delivered));
    std::string request = receiver_.requests().back();
    std::size_t at = request.find("webhook-signature: ");
    std::string line = request.substr(at, request.find("\r\n", at) - at);
    return std::ranges::count(line, ',');  // each begins with "v1,"
  };
  EXPECT_EQ(signatures(-1s), 1);
  EXPECT_EQ(signatures(1h), 2);
}

TEST_F(DeliverTest, AFailureIsTriedAgainUntilItIsDead) {
  receiver_.answer(answer_of(404));
  photo();
  ASSERT_TRUE(becomes(DeliveryState::dead));
  EXPECT_EQ(receiver_.connections(), 3);
  auto tries = store_->tries_of(all()[0].id);
  ASSERT_EQ(tries.size(), 3u);
  EXPECT_EQ(tries[2].status, 404);
  receiver_.answer(kOk);
  store_->replay_delivery(all()[0].public_id, {"admin", ""}, clock_.now()).value();
  EXPECT_TRUE(becomes(DeliveryState::delivered));
}

TEST_F(DeliverTest, ARedirectIsAFailure) {
  receiver_.answer(answer_of(302, "Location: /elsewhere\r\n"));
  photo();
  ASSERT_TRUE(becomes(DeliveryState::dead));
  for (const std::string& request : receiver_.requests()) EXPECT_EQ(request.substr(0, 11), "POST /hook ");
}

TEST_F(DeliverTest, AReceiverThatIsGoneIsDisabled) {
  receiver_.answer(answer_of(410));
  photo();
  ASSERT_TRUE(becomes(DeliveryState::dead));
  EXPECT_EQ(receiver_.connections(), 1);
  EXPECT_FALSE(store_->list_endpoints().at(0).enabled);
}

TEST_F(DeliverTest, ANewerResultTakesThePlaceOfAnOlderOne) {
  config_.delays = {200ms, 200ms, 200ms, 200ms};
  sender();
  receiver_.answer(answer_of(500));
  auto image = photo();
  while (receiver_.connections() == 0) deliver_->run_once();
  store_->reprocess_image(image, {}, {"admin", ""}, clock_.now()).value();
  run();
  receiver_.answer(kOk);
  ASSERT_TRUE(becomes(DeliveryState::delivered));
  EXPECT_EQ(all().at(1).state, DeliveryState::superseded);
  EXPECT_NE(receiver_.requests().back().find(*all().at(0).job), std::string::npos);
}

TEST_F(DeliverTest, WhatAKilledSenderHadClaimedIsSentByTheNext) {
  photo();
  ASSERT_EQ(store_->claim_deliveries({.count = 1, .lease = 60s}, clock_.now()).deliveries.size(), 1u);
  ASSERT_EQ(all()[0].state, DeliveryState::sending);
  sender();
  EXPECT_TRUE(becomes(DeliveryState::delivered));
}

// As after a pause of the whole process: two tries side by side would break the order, and the answer to one would be taken for the other's.
TEST_F(DeliverTest, ATryWhoseLeaseRanOutIsBrokenOffBeforeItIsMadeAgain) {
  receiver_.stall(true);
  photo();
  for (auto until = std::chrono::steady_clock::now() + 10s; receiver_.requests().empty() && std::chrono::steady_clock::now() < until;) deliver_->run_once();
  ASSERT_EQ(receiver_.requests().size(), 1u);
  receiver_.stall(false);
  clock_.moved += 1h;
  ASSERT_TRUE(becomes(DeliveryState::delivered));
  EXPECT_TRUE(receiver_.kept_ones_are_closed()) << "the old try is still under way";
  EXPECT_EQ(receiver_.connections(), 2);
}

// The answers of a slice come together: what the database refuses is written later, and none of them is asked for again.
TEST_F(DeliverTest, AnswersThatTheDatabaseDidNotTakeAreWrittenLater) {
  for (int i = 0; i < 3; ++i) photo();
  ASSERT_TRUE(arm_fail_points("K15=error@1"));
  bool all_told = comes([&] { return std::ranges::all_of(all(), [](const store::DeliveryRecord& one) { return one.state == DeliveryState::delivered; }); });
  ASSERT_TRUE(arm_fail_points(""));
  EXPECT_TRUE(all_told);
  EXPECT_EQ(receiver_.requests().size(), 3u);
  for (const store::DeliveryRecord& one : all()) EXPECT_EQ(one.tries, 1);
}

TEST_F(DeliverTest, WhatALostSenderHadIsTakenUpAlsoWhenTheClockWasPutBack) {
  clock_.moved = 1h;
  deliver_->run_once();
  clock_.moved = 0s;
  photo();
  ASSERT_EQ(store_->claim_deliveries({.count = 1, .lease = Duration(1)}, clock_.now()).deliveries.size(), 1u);
  EXPECT_TRUE(becomes(DeliveryState::delivered));
}

TEST_F(DeliverTest, AReceiverThatAsksForTimeIsLeftAloneUntilThen) {
  Listener other;
  allow(other);
  receiver_.answer(answer_of(429, "Retry-After: 3600\r\n"));
  photo();
  ASSERT_TRUE(comes([&] { return all().at(0).last_status == 429; }));
  receiver_.answer(kOk);
  store_->create_endpoint({.url = "http://127.0.0.1:" + std::to_string(other.port()) + "/hook", .sealed_secret = "sealed"}, {"admin", ""}, clock_.now());
  photo();
  ASSERT_TRUE(comes([&] { return other.requests().size() == 1; }));
  EXPECT_EQ(receiver_.connections(), 1) << "another photo's result is no reason to call it sooner";
  clock_.moved += 2h;
  EXPECT_TRUE(comes([&] { return receiver_.connections() == 3; })) << "both wait for it";
}

TEST_F(DeliverTest, HowLongAReceiverAskedForOutlivesTheSenderAndHoldsForEveryOther) {
  config_.own_store = false;
  sender();
  auto beside = new_sender();
  receiver_.answer(answer_of(429, "Retry-After: 3600\r\n"));
  Time asked = clock_.now();
  photo();
  ASSERT_TRUE(comes([&] { return all().at(0).last_status == 429; }));
  EXPECT_GE(all().at(0).due_at, asked + 3590s);
  receiver_.answer(kOk);
  photo();
  for (int round = 0; round < 5; ++round) beside->run_once();
  EXPECT_EQ(receiver_.connections(), 1) << "one beside it calls the receiver sooner";
  sender();
  for (int round = 0; round < 5; ++round) deliver_->run_once();
  EXPECT_EQ(receiver_.connections(), 1) << "one after it calls the receiver sooner";
  clock_.moved += 2h;
  EXPECT_TRUE(comes([&] { return receiver_.connections() == 3; }));
}

TEST_F(DeliverTest, EndedDeliveriesAreForgottenAfterTheirTime) {
  photo();
  ASSERT_TRUE(becomes(DeliveryState::delivered));
  clock_.moved += config_.keep - 24h;
  deliver_->run_once();
  EXPECT_EQ(all().size(), 1u);
  clock_.moved += 25h;
  deliver_->run_once();
  EXPECT_TRUE(all().empty());
}

TEST_F(DeliverTest, ASiteHasTimeOfItsOwn) {
  Listener site;
  config_.timeout = 100ms;
  config_.site_timeout = 20s;
  config_.sites = {{.name = "shop", .callback = "http://127.0.0.1:" + std::to_string(site.port()) + "/told", .secret = "", .format = domain::CallbackFormat::standard}};
  allow(site);
  receiver_.stall(true);
  site.stall(true);
  photo({{.site = "shop", .url = "", .signer = "", .format = domain::CallbackFormat::standard}});
  auto of_site = [&] { return store_->list_deliveries({.site = "shop"}, std::nullopt, 1).deliveries.at(0); };
  auto of_endpoint = [&] { return store_->list_deliveries({.endpoint = store_->list_endpoints().at(0).public_id}, std::nullopt, 1).deliveries.at(0); };
  ASSERT_TRUE(comes([&] { return site.requests().size() == 1 && of_endpoint().state == DeliveryState::dead; }));
  EXPECT_EQ(of_site().state, DeliveryState::sending);
  EXPECT_EQ(of_site().tries, 1) << "its first try goes on when those of an endpoint were broken off";
}

// What failed together does not come back together.
TEST_F(DeliverTest, TriesOfTheSameMomentAreSpread) {
  constexpr int kPhotos = 20;
  config_.delays = {100s};
  sender();
  receiver_.answer(answer_of(500));
  for (int i = 0; i < kPhotos; ++i) photo();
  ASSERT_TRUE(comes([&] { return std::ranges::all_of(all(), [](const store::DeliveryRecord& one) { return one.last_status == 500; }); }));
  std::vector<Duration> delays;
  for (const store::DeliveryRecord& one : all()) {
    auto made = store_->tries_of(one.id).at(0);
    delays.push_back(one.due_at - (made.started_at + made.took));
  }
  auto [least, most] = std::ranges::minmax(delays);
  EXPECT_GE(least, 100s);
  EXPECT_GT(most - least, 1s) << "of a tenth of 100 s";
}

}  // namespace
}  // namespace darkroom::delivery
