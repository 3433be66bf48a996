// Who may: the words that the route table uses, one for each route, and what each means. A route without one does not start.
//
// A rule says which roles come in, which of them only to what is their own, and which scope a token needs. The guard (api/guard.cpp) does the rest before
// the handler is called, also the ownership: when the address has an {id} below images, jobs or batches, it looks whose it is, and
// answers for another's as for a missing one. A handler that lists things asks owner_seen_by() whose it may show.
#pragma once

#include "auth/role.h"

#include <string_view>

namespace darkroom::api {

inline constexpr const char* kPublic = "public";      // anybody, no credential
inline constexpr const char* kPeer = "peer";          // another process of this installation, by its signature
inline constexpr const char* kSelf = "self";          // whoever is known: about itself
inline constexpr const char* kSee = "see";            // every role; an uploader only its own
inline constexpr const char* kOriginal = "original";  // the owner, operator, admin: the photo with all its metadata
inline constexpr const char* kSend = "send";          // uploader, operator, admin: takes something new in
inline constexpr const char* kOwn = "own";            // the owner, operator, admin: changes an image or a batch
inline constexpr const char* kJob = "job";            // the owner, operator, admin: acts on one job
inline constexpr const char* kOperate = "operate";    // operator, admin: acts on many, whoever's they are
inline constexpr const char* kQueues = "queues";      // operator, admin: queues and schedules
inline constexpr const char* kWatch = "watch";        // viewer and up: how the installation does
inline constexpr const char* kModels = "models";      // admin: models
inline constexpr const char* kUsers = "users";        // admin: users, others' tokens and sessions, audit
inline constexpr const char* kAdmin = "admin";        // admin: everything else, as endpoints and settings
inline constexpr const char* kMetrics = "metrics";    // viewer and up, or listed addresses
inline constexpr const char* kSite = "site";          // as kSend, the token also as Basic password, or listed addresses

struct Rule {
  std::string_view name;
  unsigned roles = 0;                             // bits of those that come in
  auth::Role all_from = auth::Role::uploader;     // from this role on to everybody's things, below only to its own
  std::string_view scope = {};                    // that a token needs; empty: any token
  bool takes_basic = false;                       // a token may come as the password of Basic
};

// Null for a word that is no rule.
const Rule* find_rule(std::string_view name);
bool lets_in(const Rule& rule, auth::Role role);

// What an {id} of this address names, as far as somebody owns it.
enum class Owned { nothing, image, job, batch };
Owned owned_by_address(std::string_view pattern);

// Throws std::logic_error, naming the route, for a word that is no rule, and for a rule of ownership on an {id} whose owner nobody knows.
void require_rule(std::string_view access, std::string_view pattern);

}  // namespace darkroom::api
