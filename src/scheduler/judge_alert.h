// One bound of the watch: when it counts as crossed, and what becomes of its alert.
//
// Bounds that are about a time (so many queued for so long, a busy machine for so long) count from when they were first seen crossed: by this process where its
// machine is judged, by any where the work is. Until the time is over an alert that stands goes on standing, and none is raised.
#pragma once

#include "base/clock.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::scheduler {

// no: it ends. not_yet: it stays as it is.
enum class Crossed { no, not_yet, yes };

inline Crossed crossed(bool now_crossed) { return now_crossed ? Crossed::yes : Crossed::no; }
// `since` is when it was first seen crossed; none: it is not.
Crossed crossed_for(std::chrono::seconds length, std::optional<Time> since, Time now);

struct Verdict {
  std::string_view name;  // of the alert
  std::string_view node;  // whose machine it is about; empty: of none
  Crossed crossed = Crossed::no;
  store::AlertText text;
};

// Raises or ends the alert, with a line in the log when that is a change.
void judge_alert(store::Store& store, const Verdict& verdict, Time now);

// How long the job has waited that waits longest, in seconds.
std::int64_t longest_wait(const std::vector<store::QueueReport>& queues);

std::string in_megabytes(std::int64_t bytes);
std::string in_seconds(std::chrono::seconds length);

}  // namespace darkroom::scheduler
