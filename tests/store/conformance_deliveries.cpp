#include "compat/answers.h"
#include "store/teller.h"

#include <gmock/gmock.h>

#include <barrier>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using domain::CallbackFormat;
using domain::DeliveryState;
using std::chrono::minutes;
using std::chrono::seconds;

NewImage with_callback(NewImage image, NewCallback callback) {
  image.callbacks.push_back(std::move(callback));
  return image;
}

using Verdict = SettledTry::Verdict;

TEST_P(StoreConformance, NobodyIsToldWhereNobodyListens) {
  Teller tell{store_, now_};
  EXPECT_FALSE(store_->has_receivers());
  upload();
  finish(claim_one(), success());
  EXPECT_TRUE(tell.all().empty());
  EXPECT_TRUE(tell.due().deliveries.empty());
}

TEST_P(StoreConformance, AnEndingWritesADeliveryForEachEndpointThatWantsIt) {
  Teller tell{store_, now_};
  auto everything = tell.endpoint();
  auto failures = tell.endpoint({"job.failed", "job.cancelled"});
  EXPECT_TRUE(store_->has_receivers());
  auto image = upload();
  finish(claim_one(), success(R"({"status":"success","n":1})"));
  auto told = tell.all();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].endpoint, everything.public_id);
  EXPECT_EQ(told[0].type, "job.completed");
  EXPECT_EQ(told[0].image, image.id);
  EXPECT_EQ(told[0].job, image.job.public_id);
  EXPECT_EQ(told[0].state, DeliveryState::waiting);
  EXPECT_NE(told[0].body.find(R"({"type":"job.completed","timestamp":")"), std::string::npos) << told[0].body;
  EXPECT_NE(told[0].body.find(R"("result":{"status":"success","n":1})"), std::string::npos) << told[0].body;

  upload();
  finish(claim_one(), permanent());
  auto cancelled = upload();
  store_->cancel_job(cancelled.job.public_id, kAdmin, now_).value();
  std::vector<std::pair<std::string, std::string>> of_failures;
  for (const auto& delivery : store_->list_deliveries({.endpoint = failures.public_id}, std::nullopt, 10).deliveries) of_failures.emplace_back(delivery.type, *delivery.job);
  EXPECT_THAT(of_failures, testing::ElementsAre(testing::Pair("job.cancelled", cancelled.job.public_id), testing::Pair("job.failed", testing::_)));
  EXPECT_EQ(store_->list_deliveries({.endpoint = everything.public_id}, std::nullopt, 10).deliveries.size(), 3u);
}

TEST_P(StoreConformance, ADisabledEndpointCollectsNothing) {
  Teller tell{store_, now_};
  auto off = tell.endpoint(), on = tell.endpoint();
  store_->change_endpoint(off.public_id, {.enabled = false}, kAdmin, now_).value();
  upload();
  finish(claim_one(), success());
  auto told = tell.all();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].endpoint, on.public_id);
}

TEST_P(StoreConformance, EveryWayInWhichAJobEndsIsTold) {
  Teller tell{store_, now_};
  tell.endpoint();
  NewImage late = photo();
  late.expires_at = now_ + seconds(1);
  upload(late);
  EXPECT_EQ(store_->expire_due(10, now_ + seconds(2)).count, 1);
  NewImage crashing = photo();
  crashing.sha256 = std::string(64, 'b');
  upload(crashing);
  finish(claim_one(), crash());
  finish(claim_one(), crash());
  upload(crashing);  // failed from the start
  std::vector<std::string> types;
  for (const auto& delivery : tell.all()) types.push_back(delivery.type);
  EXPECT_THAT(types, testing::ElementsAre("job.failed", "job.failed", "job.failed"));
}

TEST_P(StoreConformance, OfManyThatAreCancelledEachIsTold) {
  Teller tell{store_, now_};
  tell.endpoint();
  std::set<std::string> jobs, told;
  for (int i = 0; i < 3; ++i) jobs.insert(upload().job.public_id);
  EXPECT_EQ(store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_).changed, 3);
  for (const auto& delivery : tell.all()) told.insert(delivery.job.value());
  EXPECT_EQ(told, jobs);
}

TEST_P(StoreConformance, ARetryIsNotToldBeforeTheEnd) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), transient());
  EXPECT_TRUE(tell.all().empty());
}

TEST_P(StoreConformance, BatchesAndAlertsAreToldToo) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto batch = store_->create_batch("spring", "minji", kAdmin, now_);
  store_->seal_batch(batch.public_id, kAdmin, now_).value();
  store_->set_alert("disk", "", AlertText{"The disk is full."}, now_);
  store_->set_alert("disk", "", std::nullopt, now_);
  auto told = tell.all();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[2].type, "batch.completed");
  EXPECT_NE(told[2].body.find(batch.public_id), std::string::npos);
  EXPECT_EQ(told[1].type, "alert.raised");
  EXPECT_NE(told[1].body.find(R"("data":{"alert":"disk","message":"The disk is full."}})"), std::string::npos) << told[1].body;
  EXPECT_EQ(told[0].type, "alert.cleared");
}

TEST_P(StoreConformance, APhotoCarriesItsOwnCallbacks) {
  Teller tell{store_, now_};
  NewImage image = with_callback(photo(), {.site = "django", .url = "", .signer = "", .format = CallbackFormat::compat, .foreign_id = 7, .not_before = now_ + seconds(2)});
  image.callbacks.push_back({.site = "", .url = "https://example.com:8443/told?x=1", .signer = "web", .format = CallbackFormat::standard});
  upload(image);
  upload();  // has none
  finish(claim_one(), success(R"({"status":"success"})"));
  finish(claim_one(), success());
  auto told = tell.all();
  ASSERT_EQ(told.size(), 2u);
  const auto& site = told[0].target == "site:django" ? told[0] : told[1];
  const auto& url = told[0].target == "site:django" ? told[1] : told[0];
  EXPECT_EQ(site.body, R"({"image_id":7,"result":{"status":"success","result":null,"image_info":{"size":null,"format":null,"mode":null},"processing_time":null},"timestamp":")" +
                           compat::local_time(now_) + "\"}");
  EXPECT_EQ(site.due_at, now_ + seconds(2));
  EXPECT_EQ(url.target, "url:https://example.com:8443");
  EXPECT_EQ(url.url, "https://example.com:8443/told?x=1");
  EXPECT_EQ(url.signer, "web");
  auto first = tell.due();
  ASSERT_EQ(first.deliveries.size(), 1u);
  EXPECT_EQ(first.deliveries[0].delivery.public_id, url.public_id);
  EXPECT_EQ(first.next_due, now_ + seconds(2));
}

TEST_P(StoreConformance, AFailureIsToldInTheOldServicesWords) {
  Teller tell{store_, now_};
  upload(with_callback(photo(), {.site = "django", .url = "", .signer = "", .format = CallbackFormat::compat, .foreign_id = 7}));
  finish(claim_one(), permanent());
  EXPECT_EQ(tell.all().at(0).body, R"({"image_id":7,"result":{"status":"error","error":"The photo is damaged."},"timestamp":")" + compat::local_time(now_) + "\"}");
}

TEST_P(StoreConformance, ATryIsRecordedAndTheNextOneWaits) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto first = tell.due().deliveries.at(0);
  EXPECT_EQ(first.delivery.tries, 1);
  ASSERT_TRUE(first.endpoint);
  EXPECT_EQ(first.endpoint->sealed_secret, "sealed-1");
  EXPECT_TRUE(tell.due().deliveries.empty()) << "it is under way";
  EXPECT_TRUE(tell.settle(first, Verdict::again, 500));
  EXPECT_FALSE(tell.settle(first, Verdict::delivered)) << "that claim is over";
  EXPECT_TRUE(tell.due().deliveries.empty());
  now_ += seconds(5);
  auto second = tell.due().deliveries.at(0);
  EXPECT_EQ(second.delivery.public_id, first.delivery.public_id);
  EXPECT_EQ(second.delivery.body, first.delivery.body);
  EXPECT_EQ(second.delivery.tries, 2);
  EXPECT_TRUE(tell.settle(second, Verdict::delivered));
  auto tries = store_->tries_of(first.delivery.id);
  ASSERT_EQ(tries.size(), 2u);
  EXPECT_EQ(tries[0].status, 500);
  EXPECT_EQ(tries[0].error, "HTTP 500");
  EXPECT_EQ(tries[1].error, std::nullopt);
  EXPECT_EQ(tries[1].excerpt, "ok");
  auto done = store_->find_delivery(first.delivery.public_id).value();
  EXPECT_EQ(done.state, DeliveryState::delivered);
  EXPECT_EQ(done.finished_at, now_);
}

TEST_P(StoreConformance, ADeliveryThatIsDueTakesNoneAlongThatIsNot) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto deliver_next = [&] {
    upload();
    finish(claim_one(), success());
    return tell.due().deliveries;
  };
  auto failed = deliver_next().at(0);
  tell.settle(failed, Verdict::again, 500);
  auto due = deliver_next();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_NE(due[0].delivery.public_id, failed.delivery.public_id);
}

TEST_P(StoreConformance, OneTargetHasAtMostItsShareUnderWay) {
  Teller tell{store_, now_};
  tell.endpoint();
  tell.endpoint();
  upload_and_finish(5);
  auto first = tell.due(100, 2);
  EXPECT_EQ(first.deliveries.size(), 4u);
  EXPECT_TRUE(tell.due(100, 2).deliveries.empty());
  tell.settle(first.deliveries[0], Verdict::delivered);
  EXPECT_EQ(tell.due(100, 2).deliveries.size(), 1u);
}

// Not those whose names come first, which would keep all the room for as long as they stall.
TEST_P(StoreConformance, TargetsWithFewTriesUnderWayComeFirst) {
  Teller tell{store_, now_};
  auto first = tell.endpoint(), second = tell.endpoint(), third = tell.endpoint();
  upload_and_finish(3);
  std::map<std::string, int> taken;
  for (int i = 0; i < 6; ++i) ++taken[tell.due(1).deliveries.at(0).endpoint->public_id];
  EXPECT_THAT(taken, testing::UnorderedElementsAre(testing::Pair(first.public_id, 2), testing::Pair(second.public_id, 2), testing::Pair(third.public_id, 2)));
}

TEST_P(StoreConformance, AReceiverThatAskedForTimeIsLeftAloneAlsoAfterARestart) {
  Teller tell{store_, now_};
  auto busy = tell.endpoint(), other = tell.endpoint();
  upload();
  finish(claim_one(), success());
  for (const ClaimedDelivery& claimed : tell.due().deliveries) {
    auto ended = tell.settled(claimed, claimed.endpoint->public_id == busy.public_id ? Verdict::again : Verdict::delivered, 429);
    if (ended.verdict == Verdict::again) ended.hold = minutes(10);
    ASSERT_TRUE(store_->settle_delivery(ended, now_));
  }
  upload();
  finish(claim_one(), success());
  reopen();
  now_ += seconds(5);
  auto open = tell.due();
  ASSERT_EQ(open.deliveries.size(), 1u);
  EXPECT_EQ(open.deliveries[0].endpoint->public_id, other.public_id);
  EXPECT_EQ(open.next_due, now_ - seconds(5) + minutes(10)) << "then there is something to do";
  store_->forget_holds(now_);
  EXPECT_TRUE(tell.due().deliveries.empty()) << "it is not over yet";
  now_ += minutes(10);
  EXPECT_EQ(tell.due().deliveries.size(), 2u);
  store_->forget_holds(now_);
}

TEST_P(StoreConformance, WhileTheQueueOfWebhooksIsPausedNothingIsSent) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto under_way = tell.due().deliveries.at(0);
  upload();
  finish(claim_one(), success());
  ASSERT_TRUE(store_->change_queue("webhooks", {.paused = true}, {"admin", "the receiver is down"}, now_));
  EXPECT_TRUE(tell.settle(under_way, Verdict::again, 500)) << "a try that was begun has its end";
  now_ += minutes(10);
  EXPECT_TRUE(tell.due().deliveries.empty());
  EXPECT_FALSE(tell.due().next_due);
  reopen();
  EXPECT_TRUE(tell.due().deliveries.empty());
  ASSERT_TRUE(store_->change_queue("webhooks", {.paused = false}, kAdmin, now_));
  EXPECT_EQ(tell.due().deliveries.size(), 2u);
}

// The receiver's last word counts, also when it is sooner.
TEST_P(StoreConformance, AHoldIsReplacedAndForgotten) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload_and_finish(2);
  Duration asked = minutes(10);
  for (const ClaimedDelivery& claimed : tell.due().deliveries) {
    auto ended = tell.settled(claimed, Verdict::again, 429);
    ended.hold = asked;
    ASSERT_TRUE(store_->settle_delivery(ended, now_));
    asked = minutes(1);
  }
  now_ += minutes(1) - seconds(1);
  EXPECT_TRUE(tell.due().deliveries.empty());
  store_->forget_holds(now_ + seconds(1));
  EXPECT_EQ(tell.due().deliveries.size(), 2u) << "nothing holds it any more";
}

// A result from before a reprocess never lands after the newer one.
TEST_P(StoreConformance, ANewerResultSupersedesOneThatWaits) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto image = upload();
  finish(claim_one(), success(R"({"n":1})"));
  store_->reprocess_image(image.id, {}, kAdmin, now_).value();
  EXPECT_EQ(tell.all().at(0).state, DeliveryState::waiting);
  finish(claim_one(), success(R"({"n":2})"));
  auto told = tell.all();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].state, DeliveryState::superseded);
  EXPECT_EQ(told[1].finished_at, now_);
  auto claimed = tell.due().deliveries;
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].delivery.public_id, told[0].public_id);
}

TEST_P(StoreConformance, ANewerResultWaitsForTheOlderOneThatIsUnderWay) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto image = upload();
  finish(claim_one(), success(R"({"n":1})"));
  auto older = tell.due().deliveries.at(0);
  store_->reprocess_image(image.id, {}, kAdmin, now_).value();
  finish(claim_one(), success(R"({"n":2})"));
  EXPECT_TRUE(tell.due().deliveries.empty());
  EXPECT_TRUE(tell.settle(older, Verdict::again, 500));
  EXPECT_EQ(tell.state_of(older.delivery), DeliveryState::superseded);
  auto newer = tell.due().deliveries;
  ASSERT_EQ(newer.size(), 1u);
  EXPECT_NE(newer[0].delivery.body.find(R"({"n":2})"), std::string::npos);
}

TEST_P(StoreConformance, AnotherPhotosResultDoesNotSupersede) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload_and_finish(2);
  EXPECT_EQ(tell.due().deliveries.size(), 2u);
}

TEST_P(StoreConformance, ATryOfADeadSenderIsMadeAgain) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto lost = tell.due().deliveries.at(0);
  EXPECT_EQ(store_->release_deliveries(false, now_ + seconds(59)), 0);
  EXPECT_TRUE(tell.due().deliveries.empty());
  now_ += seconds(61);
  EXPECT_EQ(store_->release_deliveries(false, now_), 1);
  auto again = tell.due().deliveries.at(0);
  EXPECT_EQ(again.delivery.public_id, lost.delivery.public_id);
  EXPECT_EQ(again.delivery.tries, 1) << "nobody knows of a try";
  EXPECT_FALSE(tell.settle(lost, Verdict::delivered)) << "the late sender's claim is over";
  EXPECT_TRUE(tell.settle(again, Verdict::delivered));
}

TEST_P(StoreConformance, AllTriesAreFreeAgainAtAStart) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), success());
  tell.due();
  reopen();
  EXPECT_EQ(store_->release_deliveries(true, now_), 1);
  EXPECT_EQ(tell.due().deliveries.size(), 1u);
}

TEST_P(StoreConformance, AReceiverThatIsGoneIsDisabled) {
  Teller tell{store_, now_};
  auto made = tell.endpoint();
  upload_and_finish(2);
  auto claimed = tell.due(1).deliveries.at(0);
  EXPECT_TRUE(tell.settle(claimed, Verdict::gone, 410));
  EXPECT_EQ(tell.state_of(claimed.delivery), DeliveryState::dead);
  auto found = store_->find_endpoint(made.public_id).value();
  EXPECT_FALSE(found.enabled);
  EXPECT_NE(found.disabled_reason.find("410"), std::string::npos);
  EXPECT_TRUE(tell.due().deliveries.empty());
  EXPECT_EQ(store_->test_endpoint(made.public_id, kAdmin, now_).error().code, domain::code::conflict);
  store_->change_endpoint(made.public_id, {.enabled = true}, kAdmin, now_).value();
  EXPECT_EQ(tell.due().deliveries.size(), 1u) << "what waited goes on";
}

// It may lead elsewhere by now, and the receiver that is gone be the one before.
TEST_P(StoreConformance, A410OfATryFromBeforeTheEndpointsChangeDisablesNothing) {
  Teller tell{store_, now_};
  auto made = tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto ended = tell.settled(tell.due().deliveries.at(0), Verdict::gone, 410);
  now_ += seconds(1);
  store_->change_endpoint(made.public_id, {.url = "https://moved.example/"}, kAdmin, now_).value();
  EXPECT_TRUE(store_->settle_delivery(ended, now_));
  EXPECT_TRUE(store_->find_endpoint(made.public_id)->enabled);
}

// Every viewer hears of it; where an endpoint is called is for administrators, who read it in the try.
TEST_P(StoreConformance, ADeadDeliveryDoesNotTellWhereItsEndpointIs) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto image = upload(with_callback(photo(), {.site = "", .url = "https://own.example/x", .signer = "token/minji/t"}));
  finish(claim_one(), success());
  for (const ClaimedDelivery& claimed : tell.due().deliveries) {
    auto end = tell.settled(claimed, Verdict::dead, std::nullopt);
    end.made.error = claimed.endpoint ? "Could not resolve host: inner.example" : "Could not resolve host: own.example";
    ASSERT_TRUE(store_->settle_delivery(end, now_));
    EXPECT_EQ(store_->tries_of(claimed.delivery.id).at(0).error, end.made.error);
  }
  std::string reasons;
  for (const Event& event : store_->events(0, image.id, 100)) reasons += event.type == "delivery.dead" ? event.reason + "\n" : "";
  EXPECT_EQ(reasons.find("inner.example"), std::string::npos) << reasons;
  EXPECT_NE(reasons.find("could not be called"), std::string::npos) << reasons;
  EXPECT_NE(reasons.find("own.example"), std::string::npos) << "whoever sent the photo named it: " << reasons;
}

TEST_P(StoreConformance, DeadOnesAreReplayedWithTheSameId) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto claimed = tell.due().deliveries.at(0);
  EXPECT_EQ(store_->replay_delivery(claimed.delivery.public_id, kAdmin, now_).error().code, domain::code::conflict);
  tell.settle(claimed, Verdict::dead, 500);
  auto again = store_->replay_delivery(claimed.delivery.public_id, kAdmin, now_).value();
  EXPECT_EQ(again.state, DeliveryState::waiting);
  EXPECT_EQ(again.tries, 0);
  EXPECT_EQ(tell.due().deliveries.at(0).delivery.public_id, claimed.delivery.public_id);
  EXPECT_EQ(store_->tries_of(claimed.delivery.id).size(), 1u);
  EXPECT_EQ(store_->replay_delivery("msg_none", kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, AnOldResultIsNotReplayedOverANewerOne) {
  Teller tell{store_, now_};
  tell.endpoint();
  auto image = upload();
  finish(claim_one(), success());
  auto older = tell.due().deliveries.at(0);
  tell.settle(older, Verdict::dead, 500);
  store_->reprocess_image(image.id, {}, kAdmin, now_).value();
  finish(claim_one(), success());
  tell.settle(tell.due().deliveries.at(0), Verdict::dead, 500);
  EXPECT_EQ(store_->replay_delivery(older.delivery.public_id, kAdmin, now_).error().code, domain::code::conflict);
  auto counted = store_->replay_deliveries({}, true, kAdmin, now_);
  EXPECT_EQ(counted.matched, 2);
  EXPECT_EQ(counted.changed, 1);
  EXPECT_TRUE(tell.due().deliveries.empty());
  EXPECT_EQ(store_->replay_deliveries({}, false, kAdmin, now_).changed, 1);
  EXPECT_EQ(tell.due().deliveries.size(), 1u);
}

TEST_P(StoreConformance, DeliveriesAreFoundByWhatTheyAreAbout) {
  Teller tell{store_, now_};
  auto one = tell.endpoint({"job.completed"});
  auto image = upload(with_callback(photo(), {.site = "django", .url = "", .signer = "", .format = CallbackFormat::compat, .foreign_id = 1}));
  finish(claim_one(), success());
  now_ += minutes(1);
  upload();
  finish(claim_one(), success());
  auto count = [&](const DeliveryFilter& filter) { return store_->list_deliveries(filter, std::nullopt, 100).deliveries.size(); };
  EXPECT_EQ(count({}), 3u);
  EXPECT_EQ(count({.endpoint = one.public_id}), 2u);
  EXPECT_EQ(count({.endpoint = "01890000-0000-7000-8000-00000000ffff"}), 0u);
  EXPECT_EQ(count({.site = "django"}), 1u);
  EXPECT_EQ(count({.image = image.id}), 2u);
  EXPECT_EQ(count({.state = DeliveryState::dead}), 0u);
  EXPECT_EQ(count({.type = "job.completed"}), 3u);
  EXPECT_EQ(count({.created_from = now_}), 1u);
  EXPECT_EQ(count({.created_before = now_}), 2u);
  auto page = store_->list_deliveries({}, std::nullopt, 2);
  ASSERT_TRUE(page.next);
  EXPECT_EQ(store_->list_deliveries({}, page.next, 2).deliveries.size(), 1u);
}

TEST_P(StoreConformance, EndedDeliveriesAreForgottenAfterAWhile) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload_and_finish(2);
  tell.settle(tell.due(1).deliveries.at(0), Verdict::delivered);
  EXPECT_EQ(store_->prune_deliveries(now_), 0);
  EXPECT_EQ(store_->prune_deliveries(now_ + seconds(1)), 1);
  EXPECT_EQ(tell.all().size(), 1u);
}

// Of endings beside claims, each result is sent once, and never an old one after a new one.
TEST_P(StoreConformance, SendersBesideEachOtherTakeEachDeliveryOnce) {
  Teller tell{store_, now_};
  tell.endpoint();
  upload_and_finish(40);
  std::mutex mutex;
  std::multiset<std::int64_t> taken;
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 4; ++i) {
      senders.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          for (const auto& claimed : tell.due(3).deliveries) {
            tell.settle(claimed, Verdict::delivered);
            std::lock_guard guard(mutex);
            taken.insert(claimed.delivery.id);
          }
        }
      });
    }
  }
  for (const auto& claimed : tell.due().deliveries) taken.insert(claimed.delivery.id);
  EXPECT_EQ(taken.size(), 40u);
  EXPECT_EQ(std::set<std::int64_t>(taken.begin(), taken.end()).size(), 40u);
}

TEST_P(StoreConformance, AHoldIsNotThatOfTheEndpointsNextAddress) {
  Teller tell{store_, now_};
  auto made = tell.endpoint();
  upload();
  finish(claim_one(), success());
  auto ended = tell.settled(tell.due().deliveries.at(0), Verdict::again, 429);
  ended.hold = minutes(60);
  ASSERT_TRUE(store_->settle_delivery(ended, now_));
  now_ += seconds(5);
  EXPECT_TRUE(tell.due().deliveries.empty());
  store_->change_endpoint(made.public_id, {.url = "https://moved.example/"}, kAdmin, now_).value();
  EXPECT_EQ(tell.due().deliveries.size(), 1u);
}

// Each would else see what the other has not stored yet as free.
TEST_P(StoreConformance, SendersBesideEachOtherKeepToTheShareOfATarget) {
  constexpr int kSenders = 4, kShare = 4;
  Teller tell{store_, now_};
  tell.endpoint();
  upload_and_finish(kSenders * kShare);
  for (int round = 0; round < 10; ++round) {
    std::mutex mutex;
    std::vector<ClaimedDelivery> taken;
    std::barrier at_once(kSenders);
    {
      std::vector<std::jthread> senders;
      for (int i = 0; i < kSenders; ++i) {
        senders.emplace_back([&] {
          at_once.arrive_and_wait();
          auto mine = tell.due(100, kShare).deliveries;
          std::lock_guard guard(mutex);
          taken.insert(taken.end(), mine.begin(), mine.end());
        });
      }
    }
    ASSERT_EQ(taken.size(), kShare);
    for (const ClaimedDelivery& claimed : taken) ASSERT_TRUE(tell.settle(claimed, Verdict::again, 500));
    now_ += seconds(5);
  }
}

}  // namespace
}  // namespace darkroom::store
