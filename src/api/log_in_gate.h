// Log-in by name and password: slowed for accounts and addresses that failed too often, bounded in what it costs, and with the same answer, after the same
// time, for a name that does not exist.
#pragma once

#include "auth/throttle.h"
#include "base/result.h"
#include "store/access.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace darkroom::api {

class LogInGate {
 public:
  using FindAccount = std::function<std::optional<store::Account>(const std::string& name)>;
  explicit LogInGate(FindAccount find_account);

  struct TryLater {
    std::chrono::seconds wait;
  };
  struct Wrong {
    std::optional<std::string> account;  // none: there is none of this name
  };
  // The account, when name and password are right and it is not turned off. Blocks for as long as a hash takes. A try that cannot be judged, because the account
  // cannot be looked up or there is no memory for the hash, throws and is not counted as failed. Any thread.
  std::variant<store::Account, Wrong, TryLater> try_password(const std::string& name, const std::string& password, const std::string& address, Time now);

 private:
  FindAccount find_account_;
  auth::Throttle accounts_, addresses_;
  auth::HashSlots slots_;
  std::string dummy_hash_;
};

}  // namespace darkroom::api
