#include "domain/why_waiting.h"

#include "domain/error_codes.h"
#include "domain/job_rules.h"
#include "domain/why_waiting_korean.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }
std::string count_of(std::int64_t value, const std::string& noun) { return number(value) + " " + noun + (value == 1 ? "" : "s"); }
bool is_maintenance(const Situation& s) { return s.queue == kMaintenanceQueue; }

std::string names_of(const Situation& s, bool with_model) {
  std::string names;
  for (const Server& server : s.servers) {
    if (server.has_model == with_model) names += (names.empty() ? "" : ", ") + server.name;
  }
  return names;
}

std::string advice_without_model(const Situation& s) {
  return " Its model '" + s.model + "' can no longer be run, so a retry would be refused. Add the model again (darkroom model add FILE --name " + s.model +
         "), or reprocess the photo with another: darkroom reprocess " + number(s.image) + " --model NAME.";
}

// What to do about a job that ended without a result; empty where its error says it.
std::string advice_after_end(const Situation& s) {
  if (is_maintenance(s)) return " Its schedule runs it again at its next time, or at once: darkroom schedules run NAME.";
  if (!s.can_run) return advice_without_model(s);
  if (s.state == JobState::cancelled || !s.error) return " Retry it to run the photo again, as a new job.";
  if (s.error->code == code::quarantined || s.error->code == code::expired) return "";
  if (s.error->message.ends_with(kSaysQuarantined)) return " Release it from the quarantine, then retry this job.";
  return " Retry it to run the photo again, as a new job.";
}

Reason final_reason(const Situation& s) {
  std::string message = "It has " + std::string(s.state == JobState::cancelled ? "been cancelled" : to_string(s.state));
  if (s.finished_at) message += " at " + to_rfc3339(*s.finished_at);
  message += s.state == JobState::failed && s.error ? ": " + s.error->code + ", " + s.error->message : ".";
  if (s.state != JobState::completed) message += advice_after_end(s);
  return {why::finished, message};
}

Reason running_reason(const Situation& s, Time now) {
  std::string message = "It is running on " + s.worker;
  if (s.started_at) message += " since " + to_rfc3339(*s.started_at) + ", for " + in_words(now - *s.started_at);
  return {why::running, message + ", attempt " + number(s.attempt) + " of " + number(s.max_attempts) + "."};
}

Reason scheduled_reason(const Situation& s, Time now) {
  std::string when = to_rfc3339(s.run_at) + (s.run_at > now ? ", in " + in_words(s.run_at - now) : ", which is now");
  bool was_put_off = s.error && s.error->code == code::photo_unreachable;
  if (!s.error || (s.attempt == 0 && !was_put_off)) return {why::scheduled, "It is scheduled for " + when + "; it gets in line then."};
  if (was_put_off) return {why::retry_wait, "It was put off (" + s.error->code + ": " + s.error->message + "); the next look is due at " + when + "."};
  std::string attempt = "Attempt " + number(s.attempt) + " of " + number(s.max_attempts);
  return {why::retry_wait, attempt + " failed (" + s.error->code + ": " + s.error->message + "); the next one is due at " + when + "."};
}

Reason paused_reason(const Situation& s) {
  std::string message = "The queue " + s.queue + " is paused";
  if (!s.paused_by.empty()) message += " by " + s.paused_by;
  if (!s.pause_reason.empty()) message += " (" + s.pause_reason + ")";
  return {why::paused, message + ". Resume it: darkroom queue resume " + s.queue + "."};
}

Reason no_worker_reason(const Situation& s) {
  if (is_maintenance(s)) return {why::no_worker, "No process that does maintenance is alive. Start one: darkroom web, or darkroom serve."};
  if (s.servers.empty()) return {why::no_worker, "No worker is alive. Start one: darkroom worker, or darkroom serve."};
  std::string alive = count_of(static_cast<std::int64_t>(s.servers.size()), "living worker");
  return {why::no_worker, "None of the " + alive + " has the model '" + s.model + "' (" + names_of(s, false) +
                              "). Give one of them the model, or cancel this job and then reprocess the photo with another."};
}

Reason draining_reason(const Situation& s) {
  if (is_maintenance(s)) return {why::draining, "All processes that do maintenance are stopping (" + names_of(s, true) + "). Start another: darkroom web, or darkroom serve."};
  return {why::draining, "All workers that have the model '" + s.model + "' are stopping and take nothing more in (" + names_of(s, true) +
                             "). Start a worker that has it."};
}

std::string ahead_words(const Situation& s) {
  if (s.ahead == 1 && !s.over_limit) return "1 job is ahead of it";
  return number(s.ahead) + (s.over_limit ? " or more" : "") + " jobs are ahead of it";
}

Reason concurrency_reason(const Situation& s) {
  std::string running = number(s.running) + " of " + count_of(*s.concurrency, "job");
  return {why::concurrency_limited, "The queue " + s.queue + " is at its limit: " + running + (*s.concurrency == 1 ? " is running, and " : " are running, and ") + ahead_words(s) +
                                        ". Raise the limit: darkroom queue set " + s.queue + " --concurrency N."};
}

Reason rate_reason(const Situation& s) {
  std::string message = "The queue " + s.queue + " is at its rate of " + to_text(*s.rate) + ": " + count_of(s.starts, "start") + " in the last " +
                        in_words(s.rate->window);
  if (s.next_start) message += "; the next start is possible at " + to_rfc3339(*s.next_start);
  return {why::rate_limited, message + ", and " + ahead_words(s) + ". Raise the rate: darkroom queue set " + s.queue + " --rate N/m."};
}

std::string estimate_words(const Situation& s) {
  if (s.over_limit) return " When it starts is not known.";
  if (s.shares_line) return " When it starts is not known: jobs of other models wait for the same slots.";
  if (!s.estimate) return " When it starts is not known: too few runs have finished of late.";
  if (s.estimate->sharp) return " It should start in " + in_words(s.estimate->starts_in) + ", give or take " + in_words(s.estimate->error) + ".";
  return " It should start within " + in_words(s.estimate->at_most) + ".";
}

Reason line_reason(const Situation& s) {
  int slots = open_slots(s);
  if (s.ahead == 0 && s.busy_slots + s.beside < slots) {
    return {why::next, "It is the first in line and " + number(slots - s.busy_slots) + " of " + count_of(slots, "slot") +
                           " that can run it are free: it is about to start."};
  }
  std::string place = s.ahead == 0 ? s.beside > 0 ? "It is the first in line of its model" : "It is the first in line" : count_of(s.ahead, "job") + (s.ahead == 1 ? " is" : " are") + " ahead of it";
  if (s.over_limit) place = "Over " + number(s.ahead) + " jobs are ahead of it";
  std::string busy = number(std::min<std::int64_t>(s.busy_slots, slots)) + " of " + count_of(slots, "slot");
  return {why::in_line, place + "; " + busy + " that can run it are busy." + estimate_words(s)};
}

Reason reason_of(const Situation& s, Time now) {
  if (is_final(s.state)) return final_reason(s);
  if (s.state == JobState::running) return running_reason(s, now);
  if (s.state == JobState::scheduled) return scheduled_reason(s, now);
  if (s.paused) return paused_reason(s);
  if (std::ranges::none_of(s.servers, &Server::has_model)) return no_worker_reason(s);
  if (std::ranges::all_of(s.servers, [](const Server& server) { return !server.has_model || server.draining; })) return draining_reason(s);
  if (s.concurrency && s.running >= *s.concurrency) return concurrency_reason(s);
  if (s.rate && s.starts >= s.rate->starts) return rate_reason(s);
  return line_reason(s);
}

}  // namespace

int open_slots(const Situation& situation) {
  int slots = 0;
  for (const Server& server : situation.servers) slots += server.has_model && !server.draining ? server.slots : 0;
  return slots;
}

std::string in_words(Duration duration) {
  using namespace std::chrono;
  auto left = std::max(duration, Duration{});
  if (left < seconds(1)) return "less than a second";
  if (left < minutes(1)) return number(round<seconds>(left).count()) + " s";
  if (left < hours(1)) return number(floor<minutes>(left).count()) + " min " + number(floor<seconds>(left % minutes(1)).count()) + " s";
  return number(floor<hours>(left).count()) + " h " + number(floor<minutes>(left % hours(1)).count()) + " min";
}

Reason why_waiting(const Situation& s, Time now) {
  Reason reason = reason_of(s, now);
  reason.korean = why_in_korean(reason.code, s, now);
  return reason;
}

}  // namespace darkroom::domain
