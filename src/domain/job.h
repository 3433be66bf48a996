// A job: one unit of queued work, and what one run of it (an attempt) can end in.
#pragma once

#include "base/clock.h"
#include "domain/outcome.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace darkroom::domain {

struct ImageId {
  std::int64_t value = 0;
  auto operator<=>(const ImageId&) const = default;
};

struct JobId {
  std::int64_t value = 0;
  auto operator<=>(const JobId&) const = default;
};

enum class JobState { scheduled, queued, running, completed, failed, cancelled };

std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view text);
bool is_final(JobState state);

inline constexpr int kLowestPriority = -100;
inline constexpr int kHighestPriority = 100;
inline constexpr std::string_view kProcessKind = "image.process";
inline constexpr std::string_view kProcessQueue = "ai_processing";
inline constexpr std::string_view kMaintenanceQueue = "maintenance";

// What a claim asks for: jobs of one queue that need one model; maintenance has its kind in the model's place, see domain/maintenance.h.
std::string lane_of(std::string_view queue, std::string_view model);

// Proof of ownership: finishing a job names the claim, and a claim number is never used twice.
struct Fence {
  JobId job;
  std::int64_t claim_no = 0;
  bool operator==(const Fence&) const = default;
};

// A job that a worker has just taken, with all that running it needs.
struct ClaimedJob {
  Fence fence;
  std::string public_id;  // UUIDv7
  std::string kind;
  std::string args = "{}";  // JSON object, of jobs without a photo
  ImageId image;            // value 0: no photo
  std::string model;
  std::string sha256;  // of the photo, 64 hex digits: its address in the blob store
  std::string metadata;  // JSON object that came with the upload
  std::int64_t byte_count = 0;
  std::int64_t pixel_count = 0;  // as its header says
  int priority = 0;
  int attempt = 0;  // 1 for the first run
};

// How an attempt ended, as the worker saw it. What becomes of the job is decided by job_rules.h.
struct Succeeded {
  Outcome outcome;
  std::string document;  // the result JSON that is stored and shown, see worker/result_document.h
};
struct Failed {
  Error error;
  enum class Kind { transient, permanent } kind = Kind::permanent;
  std::chrono::seconds retry_after{0};  // a transient one: not before this time has passed, as the one who failed asked
};
struct Crashed {  // the runner died on this photo, or was killed at a limit of ours
  Error error;
};
struct Interrupted {  // the runner or the server was taken away: not the photo's fault
  std::string reason;
};
struct Postponed {  // what the job needs is away for now: it has not really begun
  Error error;
  std::chrono::seconds delay{0};  // until the next look
};
using Ending = std::variant<Succeeded, Failed, Crashed, Interrupted, Postponed>;

}  // namespace darkroom::domain
