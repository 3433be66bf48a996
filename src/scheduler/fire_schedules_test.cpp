#include "calendar/next_slot.h"
#include "domain/maintenance.h"
#include "scheduler/builtin_schedules.h"
#include "scheduler/fire_schedules.h"
#include "scheduler/fixture_for_test.h"

namespace darkroom::scheduler {
namespace {

using domain::MissedPolicy;
using namespace std::chrono_literals;
using Plan = std::vector<PlannedSlot>;

class FireSchedulesTest : public MaintenanceTest {
 protected:
  void put(MissedPolicy missed, const std::string& cron = "*/10 * * * *", const std::string& zone = "UTC") {
    domain::Schedule rule{.name = "clean", .cron = cron, .zone = zone, .kind = std::string(domain::kind::cleanup), .missed = missed};
    store_->put_schedule(rule, calendar::next_slot(rule, clock_.now()).value(), {"admin", ""}, clock_.now()).value();
  }

  // What waits is begun.
  void begin_all() { store_->claim({.node = "n", .worker = "w", .lanes = {domain::maintenance_lane(domain::kind::cleanup)}, .count = 100}, clock_.now()); }

  FireSchedules fire_{{.max_retries = 1}, {}, *store_};
};

TEST_F(FireSchedulesTest, SleepsUntilTheNextSlotAndFiresIt) {
  EXPECT_EQ(fire_.run_once(clock_.now()), 5s);
  put(MissedPolicy::once, "* * * * *");
  EXPECT_EQ(fire_.run_once(clock_.now()), 5s);
  EXPECT_EQ(fire_.run_once(clock_.now() + 57s), 3s);
  EXPECT_TRUE(maintenance_jobs().empty());
  EXPECT_EQ(fire_.run_once(clock_.now() + 60s), 5s);
  ASSERT_EQ(maintenance_jobs().size(), 1u);
  EXPECT_EQ(maintenance_jobs()[0].kind, domain::kind::cleanup);
  EXPECT_EQ(maintenance_jobs()[0].max_attempts, 2);
  fire_.run_once(clock_.now() + 60s);
  EXPECT_EQ(maintenance_jobs().size(), 1u);
}

TEST_F(FireSchedulesTest, OnceRunsOneJobForAllThatWereMissed) {
  put(MissedPolicy::once);
  fire_.run_once(clock_.now() + 65min);  // six slots, the newest five minutes ago
  ASSERT_EQ(maintenance_jobs().size(), 1u);
  auto fires = store_->fires_of("clean", 10);
  ASSERT_EQ(fires.size(), 1u);
  EXPECT_EQ(fires[0].slot, clock_.now() + 60min);
  EXPECT_EQ(fires[0].missed, 5);
  EXPECT_EQ(store_->find_schedule("clean")->next_slot, clock_.now() + 70min);
}

TEST_F(FireSchedulesTest, SkipNotesTheNewestAndRunsNone) {
  put(MissedPolicy::skip);
  fire_.run_once(clock_.now() + 65min);
  EXPECT_TRUE(maintenance_jobs().empty());
  auto fires = store_->fires_of("clean", 10);
  ASSERT_EQ(fires.size(), 1u);
  EXPECT_EQ(fires[0].slot, clock_.now() + 60min);
  EXPECT_FALSE(fires[0].job);
  fire_.run_once(clock_.now() + 70min);
  EXPECT_EQ(maintenance_jobs().size(), 1u);
}

TEST_F(FireSchedulesTest, AllRunsEachAtMostAHundred) {
  put(MissedPolicy::all);
  fire_.run_once(clock_.now() + 65min);
  EXPECT_EQ(maintenance_jobs().size(), 6u);
  fire_.run_once(clock_.now() + 65min + 24h);  // 144 more
  EXPECT_EQ(maintenance_jobs().size(), 106u);
  EXPECT_EQ(store_->find_schedule("clean")->last_slot, clock_.now() + 60min + 24h);
  EXPECT_EQ(store_->fires_of("clean", 100).back().missed, 44);
}

TEST_F(FireSchedulesTest, ASlotOnTimeRunsWhateverThePolicy) {
  for (MissedPolicy policy : {MissedPolicy::skip, MissedPolicy::once, MissedPolicy::all}) {
    std::vector<Time> due = {clock_.now(), clock_.now() + 10min};
    EXPECT_EQ(plan_slots(policy, {due[1]}, due[1]), (Plan{{due[1], true, 0}}));
    Plan both = plan_slots(policy, due, due[1]);
    EXPECT_EQ(both.back().slot, due[1]);
    EXPECT_TRUE(both.back().make_job);
    EXPECT_EQ(both.back().missed, policy == MissedPolicy::once ? 1 : 0);
    EXPECT_EQ(both.size(), policy == MissedPolicy::once ? 1u : 2u);
  }
}

TEST_F(FireSchedulesTest, ASlotThatIsDueIsFiredAlsoWhenItsScheduleIsPutOnceMore) {
  put(MissedPolicy::skip);
  clock_.time += 10min + 1s;
  put(MissedPolicy::skip);
  fire_.run_once(clock_.now());
  EXPECT_EQ(maintenance_jobs().size(), 1u);
  EXPECT_EQ(store_->find_schedule("clean")->next_slot, clock_.now() + 10min - 1s);
}

// Two nodes, one of them with a clock behind the other's: each slot has one job, and one job stands for the missed ones.
TEST_F(FireSchedulesTest, TwoNodesFireASlotOnce) {
  put(MissedPolicy::once);
  FireSchedules other({}, {}, *store_);
  fire_.run_once(clock_.now() + 65min);
  other.run_once(clock_.now() + 65min);
  other.run_once(clock_.now() + 59min);
  begin_all();
  fire_.run_once(clock_.now() + 70min);
  other.run_once(clock_.now() + 70min);
  EXPECT_EQ(maintenance_jobs().size(), 2u);
}

// Berlin: 02:30 is left out on 29 March 2026 and comes twice on 25 October.
TEST_F(FireSchedulesTest, SlotsAroundAChangeToSummerTimeFireOnce) {
  clock_.time = Time{std::chrono::sys_days(std::chrono::year(2026) / 3 / 28) + 12h};
  put(MissedPolicy::skip, "30 2 * * *", "Europe/Berlin");
  auto day_by_minute = [&] {
    for (Time end = clock_.now() + 24h; clock_.now() < end; clock_.time += 1min) fire_.run_once(clock_.now());
    begin_all();
    return maintenance_jobs().size();
  };
  EXPECT_EQ(day_by_minute(), 1u);
  clock_.time = Time{std::chrono::sys_days(std::chrono::year(2026) / 10 / 24) + 12h};
  put(MissedPolicy::skip, "30 2 * * *", "Europe/Berlin");
  EXPECT_EQ(day_by_minute(), 2u);
}

TEST_F(FireSchedulesTest, AScheduleThatCannotBeUnderstoodIsPausedWithTheReason) {
  put(MissedPolicy::once);
  domain::Schedule broken{.name = "broken", .cron = "* * * * *", .zone = "Mars/Base", .kind = std::string(domain::kind::cleanup)};
  store_->put_schedule(broken, clock_.now(), {"admin", ""}, clock_.now()).value();
  fire_.run_once(clock_.now() + 10min);
  EXPECT_FALSE(store_->find_schedule("broken")->rule.enabled);
  ASSERT_EQ(events("schedule.paused").size(), 1u);
  EXPECT_NE(events("schedule.paused")[0].reason.find("Mars/Base"), std::string::npos);
  EXPECT_EQ(maintenance_jobs().size(), 1u);
}

// One machine with older time zones than the others paused the schedule for all of them.
TEST_F(FireSchedulesTest, AZoneThatOnlyThisMachineMayLackIsLeftToTheOthers) {
  put(MissedPolicy::once, "* * * * *");
  domain::Schedule newer{.name = "newer", .cron = "* * * * *", .zone = "Mars/Base", .kind = std::string(domain::kind::watch_resources)};
  store_->put_schedule(newer, clock_.now(), {"admin", ""}, clock_.now()).value();
  domain::Schedule broken{.name = "broken", .cron = "often", .zone = "UTC", .kind = std::string(domain::kind::cleanup)};
  store_->put_schedule(broken, clock_.now(), {"admin", ""}, clock_.now()).value();
  FireSchedules fire({}, {.has_others = true}, *store_);
  EXPECT_EQ(fire.run_once(clock_.now() + 57s), 3s) << "it sleeps until the next slot that it can fire";
  EXPECT_TRUE(store_->find_schedule("newer")->rule.enabled);
  EXPECT_EQ(store_->find_schedule("newer")->next_slot, clock_.now());
  EXPECT_FALSE(store_->find_schedule("broken")->rule.enabled) << "no machine can read that";
  fire.run_once(clock_.now() + 60s);
  EXPECT_EQ(maintenance_jobs().size(), 1u);
  newer.zone = "UTC";
  store_->put_schedule(newer, clock_.now() + 60s, {"admin", ""}, clock_.now()).value();
  fire.run_once(clock_.now() + 60s);
  EXPECT_EQ(maintenance_jobs().size(), 2u);
}

TEST_F(FireSchedulesTest, AZoneThatNobodyKnowsIsNotLeftToTheOthersForEver) {
  domain::Schedule lost{.name = "lost", .cron = "* * * * *", .zone = "Mars/Base", .kind = std::string(domain::kind::cleanup)};
  store_->put_schedule(lost, clock_.now(), {"admin", ""}, clock_.now()).value();
  FireSchedules fire({}, {.has_others = true}, *store_);
  fire.run_once(clock_.now() + 59min);
  EXPECT_TRUE(store_->find_schedule("lost")->rule.enabled);
  fire.run_once(clock_.now() + 61min);
  EXPECT_FALSE(store_->find_schedule("lost")->rule.enabled);
}

TEST_F(FireSchedulesTest, TheBuiltInSchedulesAreMadeOnce) {
  EXPECT_EQ(ensure_builtin_schedules(*store_, "Asia/Seoul", clock_.now()).value(), 4);
  store_->pause_schedule("prune", {"admin", ""}, clock_.now()).value();
  EXPECT_EQ(ensure_builtin_schedules(*store_, "UTC", clock_.now()).value(), 0);
  auto prune = store_->find_schedule("prune").value();
  EXPECT_FALSE(prune.rule.enabled);
  EXPECT_EQ(prune.rule.zone, "Asia/Seoul");
  EXPECT_EQ(store_->next_slot_of_all(), clock_.now() + 1min);
  EXPECT_FALSE(ensure_builtin_schedules(*store_, "Nowhere", clock_.now()));
}

// An older version let people change it: retention never ran, and nothing said so.
TEST_F(FireSchedulesTest, ABuiltInScheduleThatRanSomethingElseHasItsKindAgain) {
  ensure_builtin_schedules(*store_, "Asia/Seoul", clock_.now()).value();
  auto built_in = store_->find_schedule("prune").value();
  domain::Schedule changed = built_in.rule;
  changed.cron = "0 5 * * *";
  changed.kind = domain::kind::cleanup;
  changed.args = R"({"days":3})";
  store_->put_schedule(changed, clock_.now() + 5h, {"admin", ""}, clock_.now()).value();
  for (int start = 0; start < 2; ++start) EXPECT_EQ(ensure_builtin_schedules(*store_, "Asia/Seoul", clock_.now()).value(), 0);
  auto again = store_->find_schedule("prune").value();
  EXPECT_EQ(again.rule.kind, domain::kind::prune);
  EXPECT_EQ(again.rule.args, "{}");
  EXPECT_EQ(again.rule.cron, "0 5 * * *");
  EXPECT_EQ(again.next_slot, clock_.now() + 5h);
  std::vector<std::string> reasons;
  for (const store::Event& event : store_->events(0, std::nullopt, 100)) {
    if (event.type == "schedule.changed" && event.actor == "system") reasons.push_back(event.reason);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{R"(it ran maintenance.cleanup with {"days":3}, and is for maintenance.prune alone)"}));
}

// A clock that was a year ahead for a moment moved every schedule a year on, and none of them fired until then.
TEST_F(FireSchedulesTest, AClockThatIsPutForwardAndBackStopsNoSchedule) {
  put(MissedPolicy::once);
  Time slot = clock_.now() + 10min;
  auto fire = [&](Time at) {
    begin_all();
    return fire_.run_once(at);
  };
  fire(slot);
  fire(slot + 24h * 366);
  EXPECT_GT(store_->find_schedule("clean")->next_slot, slot + 24h * 365);
  EXPECT_EQ(maintenance_jobs().size(), 2u);
  EXPECT_LE(fire(slot + 1min), 5s);
  EXPECT_EQ(store_->find_schedule("clean")->next_slot, slot + 10min);
  fire(slot + 10min);
  EXPECT_EQ(maintenance_jobs().size(), 3u);
  fire(slot - 5min);  // back by more than a slot: what was fired stays fired
  fire(slot);
  fire(slot + 10min);
  fire(slot + 10min);
  EXPECT_EQ(maintenance_jobs().size(), 3u);
  fire(slot + 20min);
  EXPECT_EQ(maintenance_jobs().size(), 4u);
}

}  // namespace
}  // namespace darkroom::scheduler
