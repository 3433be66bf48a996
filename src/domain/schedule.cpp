#include "domain/schedule.h"

#include "domain/cron.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"

#include <algorithm>
#include <array>

namespace darkroom::domain {
namespace {

constexpr std::array<std::string_view, 3> kPolicies = {"skip", "once", "all"};

constexpr std::array<std::string_view, 2> kAddresses = {"kinds", "slots"};  // below /api/v1/schedules/ something else

bool is_address(std::string_view name) { return std::ranges::find(kAddresses, name) != kAddresses.end(); }

bool is_name(std::string_view name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  auto fits = [&](char c) { return plain(c) || c == '_' || c == '.' || c == '-'; };
  return !name.empty() && name.size() <= 64 && plain(name.front()) && std::ranges::all_of(name, fits);
}

}  // namespace

bool can_name_schedule(std::string_view name) { return is_name(name) && !is_address(name); }

std::string_view to_string(MissedPolicy policy) { return kPolicies[static_cast<std::size_t>(policy)]; }

std::optional<MissedPolicy> parse_missed_policy(std::string_view text) {
  auto found = std::ranges::find(kPolicies, text);
  if (found == kPolicies.end()) return std::nullopt;
  return static_cast<MissedPolicy>(found - kPolicies.begin());
}

Result<void> check_schedule(const Schedule& schedule) {
  if (is_address(schedule.name)) return Error{std::string(code::invalid_field), "name '" + schedule.name + "' cannot be used: the API has something else at this address."};
  if (!is_name(schedule.name)) {
    return Error{std::string(code::invalid_field), "name '" + schedule.name + "' cannot be used: up to 64 small letters, digits, dots, dashes and underscores, beginning with a letter or digit."};
  }
  if (std::ranges::find(kMaintenanceKinds, schedule.kind, &MaintenanceKind::name) == kMaintenanceKinds.end()) {
    std::string kinds;
    for (const MaintenanceKind& kind : kMaintenanceKinds) kinds += (kinds.empty() ? "" : ", ") + std::string(kind.name);
    return Error{std::string(code::invalid_field), "kind '" + schedule.kind + "' is none that a schedule may run. It may run: " + kinds + "."};
  }
  auto cron = parse_cron(schedule.cron);
  if (!cron) return cron.error();
  return {};
}

}  // namespace darkroom::domain
