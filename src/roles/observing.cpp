#include "roles/observing.h"

#include "api/language.h"

#include <string_view>

namespace darkroom::roles {
namespace {

struct Meaning {
  std::string_view event;
  enum class What { due, started, ended, goes_on } what;
  const char* label;
};

using What = Meaning::What;

constexpr Meaning kMeanings[] = {
    {"image.created", What::due, ""},           {"job.created", What::due, ""},           {"job.queued", What::due, ""},
    {"job.started", What::started, ""},         {"job.completed", What::ended, "completed"}, {"job.failed", What::ended, "failed"},
    {"job.cancelled", What::ended, "cancelled"}, {"job.retry_scheduled", What::goes_on, "failed"}, {"job.crashed", What::goes_on, "crashed"},
    {"job.interrupted", What::goes_on, "interrupted"},
};

const Meaning* meaning_of(std::string_view event) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.event == event) return &meaning;
  }
  return nullptr;
}

}  // namespace

Observing::Observing(const config::Config& config) {
  if (config.edge.access_log == "off") return;
  access_log_ = std::make_unique<http::AccessLog>(config.edge.access_log == "stdout" ? "" : config.edge.access_file);
}

void Observing::hear(const std::vector<store::Event>& events) {
  for (const store::Event& event : events) {
    counters_.add(metrics::kEvents, {event.type});
    if (event.type == "image.created") counters_.add(metrics::kImagesReceived);
    const Meaning* meaning = meaning_of(event.type);
    if (!meaning || !event.job || !event.image) continue;  // jobs without a photo are upkeep
    switch (meaning->what) {
      case What::due: flow_.due(*event.job, event.at); break;
      case What::started: flow_.started(*event.job, event.at); break;
      case What::ended:
        counters_.add(metrics::kJobsFinished, {meaning->label});
        flow_.ended(*event.job, event.at, true);
        break;
      case What::goes_on:
        counters_.add(metrics::kRetries, {meaning->label});
        flow_.ended(*event.job, event.at, false);
        break;
    }
  }
}

void Observing::note_attempt(const domain::ClaimedJob& job, const domain::Ending& ending, bool applied) {
  if (!applied) counters_.add(metrics::kStaleCompletions);
  const char* outcome = std::holds_alternative<domain::Succeeded>(ending) ? "completed"
                        : std::holds_alternative<domain::Failed>(ending)  ? "failed"
                        : std::holds_alternative<domain::Crashed>(ending) ? "crashed"
                                                                          : "interrupted";
  counters_.add(metrics::kAttempts, {job.model, outcome});
  if (const auto* crash = std::get_if<domain::Crashed>(&ending)) counters_.add(metrics::kChildDeaths, {crash->error.code});
}

http::Hooks Observing::hooks() {
  http::Hooks hooks;
  hooks.finish = api::finish_answer;
  hooks.answered = [this](const http::Answered& answered) {
    if (access_log_) access_log_->note(answered);
  };
  return hooks;
}

}  // namespace darkroom::roles
