#include "domain/job.h"

#include "domain/names.h"

namespace darkroom::domain {
namespace {

constexpr Names<JobState, 6> kStates = {{
    {JobState::scheduled, "scheduled"},
    {JobState::queued, "queued"},
    {JobState::running, "running"},
    {JobState::completed, "completed"},
    {JobState::failed, "failed"},
    {JobState::cancelled, "cancelled"},
}};

}  // namespace

std::string_view to_string(JobState state) { return name_of(kStates, state); }

std::optional<JobState> parse_job_state(std::string_view text) { return parse_name(kStates, text); }

bool is_final(JobState state) {
  return state == JobState::completed || state == JobState::failed || state == JobState::cancelled;
}

std::string lane_of(std::string_view queue, std::string_view model) {
  std::string lane(queue);
  lane += '/';
  lane += model;
  return lane;
}

}  // namespace darkroom::domain
