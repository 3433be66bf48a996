// Log-in by name and password: slowed for accounts and addresses that failed too often, bounded in what it costs, and with the same answer, after the same
// time, for a name that does not exist.
#pragma once

#include "auth/throttle.h"
#include "base/result.h"
#include "store/store.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace darkroom::api {

class LogInGate {
 public:
  LogInGate();

  struct TryLater {
    std::chrono::seconds wait;
  };
  struct Wrong {
    std::optional<std::string> account;  // none: there is none of this name
  };
  // The account, when name and password are right and it is not turned off. Blocks for as long as a hash takes. Any thread.
  std::variant<store::Account, Wrong, TryLater> try_password(store::Store& store, const std::string& name, const std::string& password, const std::string& address, Time now);

 private:
  auth::Throttle accounts_, addresses_;
  auth::HashSlots slots_;
  std::string dummy_hash_;
};

}  // namespace darkroom::api
