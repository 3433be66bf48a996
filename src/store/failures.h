// Failed jobs by their cause. A part of store.h.
#pragma once

#include "store/records.h"

#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

// Which failures: those of the jobs that failed and that no newer job of their image has followed, and that meet all conditions given.
struct FailureQuery {
  std::optional<Time> since = {};  // failed at this time or later
  std::optional<std::string> queue = {};
  std::optional<std::string> model = {};
  std::optional<std::string> owner = {};
  int limit = 50;   // groups
  int samples = 6;  // of each group
};

struct FailedSample {
  std::string job;  // public id
  std::optional<ImageId> image;
  std::string title;  // of the image
  Error error;
  Time failed_at{};
};

// What has failed in one queue, in jobs of one kind and model, for one reason.
struct FailureGroup {
  std::string cause;  // domain::cause_of()
  std::string queue;
  std::string kind;
  std::string model;
  std::int64_t count = 0;
  Time first_at{};
  Time last_at{};
  std::vector<FailedSample> samples;  // newest first; may be empty when they were retried this very moment
};

struct FailureGroups {
  std::vector<FailureGroup> groups;  // most failures first
  std::int64_t failures = 0;         // in all groups, also those beyond the limit
  std::int64_t all_groups = 0;
};

class Failures {
 public:
  virtual ~Failures() = default;

  virtual FailureGroups failures(const FailureQuery& query) = 0;
};

}  // namespace darkroom::store
