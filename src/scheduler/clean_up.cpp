#include "scheduler/clean_up.h"

#include "scheduler/counts.h"

#include <utility>

namespace darkroom::scheduler {
namespace {

// Goes on after `after`, to the end or for `most` stretches; begins anew next time when it came to the end. `step` returns where it goes on.
template <class Cursor, class Step>
void go_through(Cursor& after, int most, const std::stop_token& stop, const Step& step) {
  for (int i = 0; i < most && !stop.stop_requested(); ++i) {
    auto next = step(after);
    after = next.value_or(Cursor{});
    if (!next) return;
  }
}

}  // namespace

// One that cannot be put right ends the run, and the next one goes on behind it.
void CleanUp::put_sums_right(Time now) {
  while (!wrong_sums_.empty()) {
    store::WrongSum wrong = std::move(wrong_sums_.back());
    wrong_sums_.pop_back();
    if (store_.repair_sum(wrong, now)) ++made_.repairs.wrong_sums;
  }
}

void CleanUp::repair_sums(Time now, const std::stop_token& stop) {
  put_sums_right(now);
  go_through(sums_after_, config_.most_stretches, stop, [&](const std::string& after) {
    auto stretch = store_.look_at_sums(after);
    wrong_sums_ = std::move(stretch.wrong);
    sums_after_ = stretch.next.value_or("");
    put_sums_right(now);
    return stretch.next;
  });
}

Result<std::string> CleanUp::run(Time now, std::stop_token stop) {
  // Where one process has the database to itself, nobody else can have left a running job.
  if (store_.is_shared()) made_.rescued += store_.rescue_abandoned(config_.retry, now);
  made_.batches += store_.complete_batches(now);
  auto counted = [&](const store::RepairStretch& stretch) {
    made_.repairs += stretch.repairs;
    return stretch.next;
  };
  go_through(jobs_after_, config_.most_stretches, stop, [&](std::int64_t after) { return counted(store_.repair_jobs(after, now)); });
  go_through(images_after_, config_.most_stretches, stop, [&](std::int64_t after) { return counted(store_.repair_images(after, config_.default_model, now)); });
  repair_sums(now, stop);
  const auto [rescued, batches, repairs] = std::exchange(made_, {});
  return counts_json({{"running_without_node", rescued},
                      {"batches_not_completed", batches},
                      {"open_attempts", repairs.open_attempts},
                      {"wrong_lanes", repairs.wrong_lanes},
                      {"images_without_job", repairs.images_without_job},
                      {"stale_jobs", repairs.stale_jobs},
                      {"stale_results", repairs.stale_results},
                      {"wrong_sums", repairs.wrong_sums}});
}

}  // namespace darkroom::scheduler
