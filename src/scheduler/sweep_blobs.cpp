#include "scheduler/sweep_blobs.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "scheduler/counts.h"

#include <algorithm>

namespace darkroom::scheduler {

Result<std::string> SweepBlobs::run(Time now, std::stop_token stop) {
  std::vector<std::string> orphans;
  std::int64_t total = 0;
  std::string after;
  for (bool more = true; more && !stop.stop_requested();) {
    std::vector<blob::StoredBlob> page = blobs_.list(after, config_.page);
    more = !page.empty();
    if (more) after = page.back().sha256;
    total += static_cast<std::int64_t>(page.size());
    std::vector<std::string> old;
    for (const blob::StoredBlob& blob : page) {
      if (blob.modified <= now - config_.age) old.push_back(blob.sha256);
    }
    std::ranges::copy(store_.unused_blobs(old), std::back_inserter(orphans));
  }
  if (!stop.stop_requested()) {
    std::lock_guard lock(mutex_);
    last_ = now;
  }
  std::int64_t count = static_cast<std::int64_t>(orphans.size());
  if (count > config_.few && count * 100 > total * config_.most_percent) {
    return Error{std::string(domain::code::conflict), std::to_string(count) + " of " + std::to_string(total) +
                                                          " stored photos belong to no image of this database, so nothing was removed: is this the photo folder of another "
                                                          "database? If they shall go, raise retention.sweep_most_percent."};
  }
  std::int64_t removed = 0;
  for (auto orphan = orphans.begin(); orphan != orphans.end() && !stop.stop_requested(); ++orphan) {
    if (remove_blobs_.remove(*orphan)) ++removed;
  }
  return counts_json({{"stored", total}, {"removed", removed}, {"leftovers", blobs_.remove_stale_uploads(now - config_.staged_age)}});
}

std::optional<Time> SweepBlobs::last() {
  std::lock_guard lock(mutex_);
  return last_;
}

Duration SweepBlobs::run_if_overdue(Time now, std::stop_token stop) {
  Duration longest = config_.longest_without;
  auto swept = last();
  if (swept && *swept <= now && now - *swept < longest) return *swept + longest - now;
  if (auto done = run(now, stop); !done) log::warning("the photo folder was not swept", {{"problem", done.error().message}});
  return longest;
}

}  // namespace darkroom::scheduler
