// Named points in the shipped program at which a test may kill the process, let the step fail, or make it wait: so that what is promised about
// crashes is tried where it is hardest, between two durable writes. A point that is not armed costs one relaxed load.
//
// A plan names points: "K6=kill@3;K8=error@1;K9=delay:200@10%". The action is kill (SIGKILL of this process), error (the step throws) or
// delay:milliseconds; after @ stands the hit at which it acts, once, counted in each process by itself, or the share of hits, in percent.
// The points are listed in scripts/check_fail_points.py.
#pragma once

#include "base/result.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>

namespace darkroom {

// Arms the points of the plan in this process, in place of those armed before; an empty plan disarms all. For test mode only, which the caller
// checks. Error: invalid_field, with the part that cannot be read.
Result<void> arm_fail_points(std::string_view plan);
// The same check without arming.
Result<void> check_fail_points(std::string_view plan);

namespace fail_points {

inline std::atomic<bool> armed{false};

// Counts the hit and acts. True: the step shall fail.
bool hit(std::string_view name);

}  // namespace fail_points

// Stands where the step could break. WorldError is what the step throws when the world is broken.
template <class WorldError = std::runtime_error>
inline void fail_point(const char* name) {
  if (fail_points::armed.load(std::memory_order_relaxed) && fail_points::hit(name)) throw WorldError(std::string("fail point ") + name);
}

}  // namespace darkroom
