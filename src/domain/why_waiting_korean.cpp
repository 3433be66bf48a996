// The sentences of why_waiting.cpp in Korean. What an error, a person or a model says is quoted as it is.
#include "domain/why_waiting_korean.h"

#include "domain/error_codes.h"
#include "domain/job_rules.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }
bool is_maintenance(const Situation& s) { return s.queue == kMaintenanceQueue; }

std::string duration(Duration given) {
  using namespace std::chrono;
  auto left = std::max(given, Duration{});
  if (left < seconds(1)) return "1초 미만";
  if (left < minutes(1)) return number(round<seconds>(left).count()) + "초";
  if (left < hours(1)) return number(floor<minutes>(left).count()) + "분 " + number(floor<seconds>(left % minutes(1)).count()) + "초";
  return number(floor<hours>(left).count()) + "시간 " + number(floor<minutes>(left % hours(1)).count()) + "분";
}

std::string names_of(const Situation& s, bool with_model) {
  std::string names;
  for (const Server& server : s.servers) {
    if (server.has_model == with_model) names += (names.empty() ? "" : ", ") + server.name;
  }
  return names;
}

std::string advice_after_end(const Situation& s) {
  if (is_maintenance(s)) return " 일정이 다음 시각에 다시 실행합니다. 바로 실행하려면: darkroom schedules run NAME";
  if (!s.can_run) {
    return " 모델 '" + s.model + "'을(를) 더는 실행할 수 없어 재시도는 거절됩니다. 모델을 다시 추가하거나(darkroom model add FILE --name " + s.model +
           ") 다른 모델로 다시 처리하세요: darkroom reprocess " + number(s.image) + " --model NAME";
  }
  const char* retry = " 재시도하면 새 작업으로 사진을 다시 처리합니다.";
  if (s.state == JobState::cancelled || !s.error) return retry;
  if (s.error->code == code::quarantined || s.error->code == code::expired) return "";
  if (s.error->message.ends_with(kSaysQuarantined)) return " 격리를 해제한 다음 이 작업을 재시도하세요.";
  return retry;
}

std::string finished(const Situation& s) {
  std::string message = s.finished_at ? to_rfc3339(*s.finished_at) + "에 " : "";
  message += s.state == JobState::completed ? "완료되었습니다" : s.state == JobState::cancelled ? "취소되었습니다" : "실패했습니다";
  message += s.state == JobState::failed && s.error ? ": " + s.error->code + ", " + s.error->message : ".";
  return s.state == JobState::completed ? message : message + advice_after_end(s);
}

std::string running(const Situation& s, Time now) {
  std::string message = s.worker + "에서 실행 중입니다";
  if (s.started_at) message += "(" + to_rfc3339(*s.started_at) + "부터 " + duration(now - *s.started_at) + ")";
  return message + ". 시도 " + number(s.attempt) + "/" + number(s.max_attempts) + ".";
}

std::string when(const Situation& s, Time now) { return to_rfc3339(s.run_at) + (s.run_at > now ? "(" + duration(s.run_at - now) + " 뒤)" : "(지금)"); }

std::string scheduled(const Situation& s, Time now) { return when(s, now) + "에 줄에 섭니다. 그때까지 예약되어 있습니다."; }

std::string retry_wait(const Situation& s, Time now) {
  std::string cause = "(" + s.error->code + ": " + s.error->message + ")";
  if (s.error->code == code::photo_unreachable) return "사진에 닿지 못해 미루어졌습니다" + cause + ". " + when(s, now) + "에 다시 확인합니다.";
  return "시도 " + number(s.attempt) + "/" + number(s.max_attempts) + "이(가) 실패했습니다" + cause + ". 다음 시도는 " + when(s, now) + "입니다.";
}

std::string paused(const Situation& s) {
  std::string message = "대기열 " + s.queue + "이(가) ";
  if (!s.paused_by.empty()) message += s.paused_by + " 님에 의해 ";
  message += "일시 정지되었습니다";
  if (!s.pause_reason.empty()) message += "(" + s.pause_reason + ")";
  return message + ". 재개하려면: darkroom queue resume " + s.queue;
}

std::string no_worker(const Situation& s) {
  if (is_maintenance(s)) return "유지 관리를 하는 프로세스가 없습니다. darkroom web이나 darkroom serve를 시작하세요.";
  if (s.servers.empty()) return "살아 있는 워커가 없습니다. darkroom worker나 darkroom serve를 시작하세요.";
  return "살아 있는 워커 " + number(static_cast<std::int64_t>(s.servers.size())) + "개(" + names_of(s, false) + ") 가운데 모델 '" + s.model +
         "'을(를) 가진 것이 없습니다. 그중 하나에 모델을 추가하거나, 이 작업을 취소하고 다른 모델로 다시 처리하세요.";
}

std::string draining(const Situation& s) {
  if (is_maintenance(s)) return "유지 관리를 하는 프로세스가 모두 멈추는 중입니다(" + names_of(s, true) + "). darkroom web이나 darkroom serve를 하나 더 시작하세요.";
  return "모델 '" + s.model + "'을(를) 가진 워커가 모두 멈추는 중이라 새 작업을 받지 않습니다(" + names_of(s, true) + "). 이 모델을 가진 워커를 시작하세요.";
}

std::string ahead(const Situation& s) { return "앞에 작업이 " + number(s.ahead) + "개" + (s.over_limit ? " 이상" : "") + " 있습니다"; }

std::string at_concurrency(const Situation& s) {
  return "대기열 " + s.queue + "이(가) 동시 실행 한도에 있습니다. 한도 " + number(*s.concurrency) + "개 가운데 " + number(s.running) + "개가 실행 중이고, " + ahead(s) +
         ". 한도를 올리려면: darkroom queue set " + s.queue + " --concurrency N";
}

std::string at_rate(const Situation& s) {
  std::string message = "대기열 " + s.queue + "이(가) 속도 한도 " + to_text(*s.rate) + "에 있습니다. 최근 " + duration(s.rate->window) + " 동안 " + number(s.starts) + "번 시작했고, ";
  if (s.next_start) message += "다음 시작은 " + to_rfc3339(*s.next_start) + "부터 가능하며, ";
  return message + ahead(s) + ". 한도를 올리려면: darkroom queue set " + s.queue + " --rate N/m";
}

std::string estimate(const Situation& s) {
  if (s.over_limit) return " 시작 시각은 알 수 없습니다.";
  if (s.shares_line) return " 시작 시각은 알 수 없습니다. 다른 모델의 작업도 같은 슬롯을 기다립니다.";
  if (!s.estimate) return " 시작 시각은 알 수 없습니다. 최근에 끝난 실행이 너무 적습니다.";
  if (s.estimate->sharp) return " 약 " + duration(s.estimate->starts_in) + " 뒤(오차 " + duration(s.estimate->error) + ")에 시작할 것입니다.";
  return " " + duration(s.estimate->at_most) + " 안에 시작할 것입니다.";
}

std::string in_line(const Situation& s) {
  std::string place = s.ahead == 0 ? s.beside > 0 ? "이 모델의 줄에서 맨 앞입니다" : "줄의 맨 앞입니다" : ahead(s);
  int slots = open_slots(s);
  return place + ". 실행할 수 있는 슬롯 " + number(slots) + "개 가운데 " + number(std::min<std::int64_t>(s.busy_slots, slots)) + "개가 사용 중입니다." + estimate(s);
}

std::string next(const Situation& s) {
  int slots = open_slots(s);
  return "줄의 맨 앞이고 실행할 수 있는 슬롯 " + number(slots) + "개 가운데 " + number(slots - s.busy_slots) + "개가 비어 있어 곧 시작합니다.";
}

}  // namespace

std::string why_in_korean(std::string_view code, const Situation& s, Time now) {
  if (code == why::finished) return finished(s);
  if (code == why::running) return running(s, now);
  if (code == why::scheduled) return scheduled(s, now);
  if (code == why::retry_wait) return retry_wait(s, now);
  if (code == why::paused) return paused(s);
  if (code == why::no_worker) return no_worker(s);
  if (code == why::draining) return draining(s);
  if (code == why::concurrency_limited) return at_concurrency(s);
  if (code == why::rate_limited) return at_rate(s);
  return code == why::next ? next(s) : in_line(s);
}

}  // namespace darkroom::domain
