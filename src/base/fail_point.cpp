#include "base/fail_point.h"

#include <poll.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace darkroom {
namespace {

enum class Action { kill, error, delay };

struct Armed {
  Action action = Action::error;
  std::chrono::milliseconds delay{0};
  std::int64_t at_hit = 0;  // 0: by share
  std::int64_t percent = 0;
  std::int64_t hits = 0;
};

using Plan = std::map<std::string, Armed, std::less<>>;

std::mutex mutex;
Plan plan;  // guarded by the mutex

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= most;
  return whole ? std::optional(number) : std::nullopt;
}

bool read_action(std::string_view text, Armed& armed) {
  constexpr std::string_view kDelay = "delay:";
  if (text == "kill") armed.action = Action::kill;
  if (text == "kill" || text == "error") return true;
  auto milliseconds = text.starts_with(kDelay) ? whole_number(text.substr(kDelay.size()), 600'000) : std::nullopt;
  armed.action = Action::delay;
  armed.delay = std::chrono::milliseconds(milliseconds.value_or(0));
  return milliseconds.has_value();
}

bool read_when(std::string_view text, Armed& armed) {
  bool share = text.ends_with('%');
  auto number = share ? whole_number(text.substr(0, text.size() - 1), 100) : whole_number(text, 1'000'000'000);
  (share ? armed.percent : armed.at_hit) = number.value_or(0);
  return number.has_value();
}

// NAME=ACTION@WHEN
bool read_entry(std::string_view entry, Plan& into) {
  auto equals = entry.find('='), at = entry.rfind('@');
  if (equals == 0 || equals == entry.npos || at == entry.npos || at < equals) return false;
  Armed armed;
  bool good = read_action(entry.substr(equals + 1, at - equals - 1), armed) && read_when(entry.substr(at + 1), armed);
  return good && into.emplace(entry.substr(0, equals), armed).second;
}

Result<Plan> read_plan(std::string_view text) {
  Plan read;
  while (!text.empty()) {
    auto end = std::min(text.find(';'), text.size());
    std::string_view entry = text.substr(0, end);
    if (!read_entry(entry, read)) {
      return Error{"invalid_field", "'" + std::string(entry) + "' is no fail point. It must be NAME=ACTION@WHEN, each name once: the action kill, error or delay:milliseconds, "
                                    "then the number of the hit, or a share such as 10%."};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return read;
}

// A generator of its own for each process would have to be seeded anew after each fork; the clock's lowest digits are different everywhere.
bool falls_into(std::int64_t percent) {
  auto mixed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<std::int64_t>((mixed ^ (mixed >> 31)) % 100) < percent;
}

// By poll(), which a runner behind its wall may call.
void wait_for(std::chrono::milliseconds delay) {
  auto end = std::chrono::steady_clock::now() + delay;
  for (auto now = end - delay; now < end; now = std::chrono::steady_clock::now()) {
    ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(end - now).count()));
  }
}

std::optional<Armed> due(std::string_view name) {
  std::lock_guard lock(mutex);
  auto found = plan.find(name);
  if (found == plan.end()) return std::nullopt;
  Armed& armed = found->second;
  ++armed.hits;
  bool acts = armed.at_hit > 0 ? armed.hits == armed.at_hit : falls_into(armed.percent);
  return acts ? std::optional(armed) : std::nullopt;
}

}  // namespace

Result<void> check_fail_points(std::string_view text) {
  auto read = read_plan(text);
  if (!read) return read.error();
  return {};
}

Result<void> arm_fail_points(std::string_view text) {
  auto read = read_plan(text);
  if (!read) return read.error();
  std::lock_guard lock(mutex);
  plan = std::move(*read);
  fail_points::armed = !plan.empty();
  return {};
}

bool fail_points::hit(std::string_view name) {
  auto armed = due(name);
  if (!armed) return false;
  switch (armed->action) {
    case Action::kill: ::raise(SIGKILL); break;
    case Action::error: return true;
    case Action::delay: wait_for(armed->delay); break;
  }
  return false;
}

}  // namespace darkroom
