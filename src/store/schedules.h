// Schedules and their slots: each slot of a schedule makes at most one job, whoever fires it and however often. A part of store.h.
#pragma once

#include "base/result.h"
#include "domain/schedule.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

struct ScheduleRecord {
  domain::Schedule rule;
  std::int64_t revision = 0;        // rises when the times change at which it fires
  std::optional<Time> next_slot;    // none while it is paused
  std::optional<Time> last_slot;    // the newest that was fired or skipped
  Time created_at{};
  Time updated_at{};
  bool made_now = false;            // by the put_schedule() that answers with it
};

// One slot that is due, and where the schedule stands afterwards.
struct Firing {
  std::string schedule;
  std::int64_t revision = 0;      // as read: one whose times have changed since is not fired by what they were
  Time expected{};                // next_slot as read: who comes second finds another
  Time slot{};                    // not before `expected`: slots between the two are missed and get no job
  std::optional<Time> next_slot;  // none: it never fires again, and is paused
  bool make_job = true;           // false: the slot is noted as skipped
  int missed = 0;                 // further slots that this one stands for
  int max_attempts = 4;           // of the job
};

// A slot as it was fired.
struct FireRecord {
  Time slot{};
  Time fired_at{};
  std::optional<std::string> job;  // public id; none: skipped
  int missed = 0;
};

class Schedules {
 public:
  virtual ~Schedules() = default;

  // Makes or replaces a schedule whose rule the caller has checked; `next_slot` counts while it is enabled. One that was enabled with the same cron and zone
  // keeps the slot that it had, which may be due. Slots that were fired under this name stay fired. Error: invalid_field when it is enabled and has no next slot.
  virtual Result<ScheduleRecord> put_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) = 0;
  // The same, unless there is one of this name already. True when it was made.
  virtual bool add_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) = 0;
  // Gives the schedule of this name the kind and args of `rule` where it has others, and leaves all else. True when it had.
  virtual bool keep_kind(const domain::Schedule& rule, std::string_view actor, Time now) = 0;
  // Jobs that it made stay. Error: not_found.
  virtual Result<void> delete_schedule(std::string_view name, const Actor& actor, Time now) = 0;
  // Slots in a pause are not missed: nothing is made up for. Pausing a paused one changes nothing, likewise resuming. Error: not_found.
  virtual Result<ScheduleRecord> pause_schedule(std::string_view name, const Actor& actor, Time now) = 0;
  virtual Result<ScheduleRecord> resume_schedule(std::string_view name, Time next_slot, const Actor& actor, Time now) = 0;
  // Makes its job now, beside its slots and also while it is paused. Returns the job's public id. Error: not_found.
  virtual Result<std::string> run_schedule(std::string_view name, int max_attempts, const Actor& actor, Time now) = 0;

  // Makes the slot's job with its event and moves the schedule on, in one transaction. True when this call did it; false when the slot was fired
  // before or the schedule is no longer as it was read. While one of the same kind and args waits, not begun by anybody, the slot is noted as skipped, unless
  // the rule is to run each one that was missed.
  virtual bool fire(const Firing& firing, Time now) = 0;

  virtual std::vector<ScheduleRecord> list_schedules() = 0;                       // by name
  virtual std::optional<ScheduleRecord> find_schedule(std::string_view name) = 0;
  virtual std::vector<ScheduleRecord> due_schedules(Time now, int most) = 0;      // longest due first
  virtual std::optional<Time> next_slot_of_all() = 0;                             // the earliest; none: no schedule is enabled
  // Lets a schedule, if it still is as it was read, go on from this earlier slot. Slots that were fired stay fired.
  virtual bool set_back(const ScheduleRecord& schedule, Time next_slot, Time now) = 0;
  virtual std::vector<FireRecord> fires_of(std::string_view name, int limit) = 0; // newest first
};

}  // namespace darkroom::store
