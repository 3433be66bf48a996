#include "domain/job.h"

#include <array>
#include <utility>

namespace darkroom::domain {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 6> kStates = {{
    {JobState::scheduled, "scheduled"},
    {JobState::queued, "queued"},
    {JobState::running, "running"},
    {JobState::completed, "completed"},
    {JobState::failed, "failed"},
    {JobState::cancelled, "cancelled"},
}};

}  // namespace

std::string_view to_string(JobState state) { return kStates[static_cast<std::size_t>(state)].second; }

std::optional<JobState> parse_job_state(std::string_view text) {
  for (const auto& [state, name] : kStates) {
    if (name == text) return state;
  }
  return std::nullopt;
}

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
