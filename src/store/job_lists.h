// Jobs in lists of any length: those that meet conditions, newest first, and those in line, in the order in which they start. A part of store.h.
#pragma once

#include "store/records.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

struct FoundJob {
  JobRecord job;
  std::vector<AttemptRecord> attempts;  // oldest first
};

// All conditions that are given must be met.
struct JobQuery {
  std::optional<domain::JobState> state = {};
  std::optional<std::string> queue = {};
  std::optional<std::string> owner = {};
  std::optional<std::string> model = {};
  std::optional<std::string> kind = {};         // or its first word: maintenance is every maintenance.*
  std::optional<std::string> batch = {};        // public id
  std::optional<ImageId> image = {};
  std::optional<std::int64_t> before = {};      // only older ones: FoundJobs::next of the page before
  int limit = 50;
  Duration longest = std::chrono::seconds(1);   // looks for about as long, and says then where it stopped
};

struct FoundJobs {
  std::vector<FoundJob> jobs;        // newest first
  std::optional<std::int64_t> next;  // none: nothing is left. A page cut off by time may be short, or empty, and have it.
};

// How far a list has come in one lane.
struct LinePlace {
  std::string lane;
  int priority = 0;
  std::int64_t rank = 0;
  std::int64_t id = 0;
};

struct LineQuery {
  std::optional<std::string> queue = {};
  std::optional<std::string> model = {};
  std::optional<std::string> owner = {};
  std::vector<LinePlace> after = {};  // JobsInLine::next of the page before
  int limit = 50;
};

struct JobsInLine {
  std::vector<FoundJob> jobs;
  std::vector<LinePlace> next;  // empty: nothing is left
};

class JobLists {
 public:
  virtual ~JobLists() = default;

  virtual FoundJobs find_jobs(const JobQuery& query) = 0;
  // Queued jobs as claims take them: the most urgent first, then the owners by turns, then who came first; of several lanes the one whose head is more
  // urgent, or came first. What pauses, limits and ageing change of it is not looked at.
  virtual JobsInLine jobs_in_line(const LineQuery& query) = 0;
};

}  // namespace darkroom::store
