#include "scheduler/clean_up.h"

#include "scheduler/counts.h"

namespace darkroom::scheduler {
namespace {

// Goes on after `after`, to the end or for `most` stretches; begins anew next time when it came to the end.
template <class Cursor, class Repair>
void go_through(Cursor& after, int most, const std::stop_token& stop, store::Repairs& sum, const Repair& repair) {
  for (int i = 0; i < most && !stop.stop_requested(); ++i) {
    auto stretch = repair(after);
    sum += stretch.repairs;
    after = stretch.next.value_or(Cursor{});
    if (!stretch.next) return;
  }
}

}  // namespace

Result<std::string> CleanUp::run(Time now, std::stop_token stop) {
  // Where one process has the database to itself, nobody else can have left a running job.
  int rescued = store_.is_shared() ? store_.rescue_expired(config_.retry, now) : 0;
  int batches = store_.complete_batches(now);
  store::Repairs repairs;
  go_through(jobs_after_, config_.most_stretches, stop, repairs, [&](std::int64_t after) { return store_.repair_jobs(after, now); });
  go_through(images_after_, config_.most_stretches, stop, repairs, [&](std::int64_t after) { return store_.repair_images(after, config_.default_model, now); });
  go_through(sums_after_, config_.most_stretches, stop, repairs, [&](const std::string& after) { return store_.repair_sums(after, now); });
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
