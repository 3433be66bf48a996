#include "api/rules.h"

#include "auth/scopes.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace darkroom::api {
namespace {

using auth::Role;
namespace scope = auth::scope;

constexpr unsigned bit(Role role) { return 1U << static_cast<unsigned>(role); }
constexpr unsigned kEverybody = bit(Role::uploader) | bit(Role::viewer) | bit(Role::operator_) | bit(Role::admin);
constexpr unsigned kReaders = bit(Role::viewer) | bit(Role::operator_) | bit(Role::admin);
constexpr unsigned kSenders = bit(Role::uploader) | bit(Role::operator_) | bit(Role::admin);
constexpr unsigned kOperators = bit(Role::operator_) | bit(Role::admin);
constexpr unsigned kAdmins = bit(Role::admin);

constexpr std::array kRules = {
    Rule{kPublic, 0},
    Rule{kPeer, 0},
    Rule{kSelf, kEverybody},
    Rule{kSee, kEverybody, Role::viewer, scope::images_read},
    Rule{kOriginal, kEverybody, Role::operator_, scope::images_read},
    Rule{kSend, kSenders, Role::uploader, scope::images_write},
    Rule{kOwn, kSenders, Role::operator_, scope::images_write},
    Rule{kJob, kSenders, Role::operator_, scope::jobs_act},
    Rule{kOperate, kOperators, Role::operator_, scope::jobs_act},
    Rule{kQueues, kOperators, Role::operator_, scope::queues_manage},
    Rule{kWatch, kReaders, Role::viewer, scope::system_read},
    Rule{kModels, kAdmins, Role::admin, scope::models_manage},
    Rule{kUsers, kAdmins, Role::admin, scope::users_manage},
    Rule{kAdmin, kAdmins, Role::admin, scope::admin},
    Rule{kMetrics, kReaders, Role::viewer, scope::metrics_read},
    Rule{kSite, kSenders, Role::uploader, scope::site, true},
};

}  // namespace

const Rule* find_rule(std::string_view name) {
  auto found = std::ranges::find(kRules, name, &Rule::name);
  return found == kRules.end() ? nullptr : &*found;
}

bool lets_in(const Rule& rule, Role role) { return (rule.roles & bit(role)) != 0; }

Owned owned_by_address(std::string_view pattern) {
  if (pattern.starts_with("/api/v1/images/{id}")) return Owned::image;
  if (pattern.starts_with("/api/v1/jobs/{id}")) return Owned::job;
  if (pattern.starts_with("/api/v1/batches/{id}")) return Owned::batch;
  return Owned::nothing;
}

void require_rule(std::string_view access, std::string_view pattern) {
  const Rule* rule = find_rule(access);
  if (!rule) throw std::logic_error("route without a rule of access: " + std::string(pattern));
  if (rule->all_from != Role::uploader && lets_in(*rule, Role::uploader) && pattern.find("{id}") != std::string_view::npos && owned_by_address(pattern) == Owned::nothing) {
    throw std::logic_error("a rule of ownership for what has no known owner: " + std::string(pattern));
  }
}

}  // namespace darkroom::api
