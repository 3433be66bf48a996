#include "api/log_in_gate.h"

#include "auth/password.h"

#include <algorithm>
#include <thread>

namespace darkroom::api {
namespace {

int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

constexpr int kWaitingPerCore = 4;
// Many people may sit behind one address, so it has more free failures than an account.
constexpr auth::Throttle::Config kOfAddress{.free_failures = 20};

}  // namespace

LogInGate::LogInGate() : addresses_(kOfAddress), slots_(cores(), kWaitingPerCore * cores()), dummy_hash_(auth::hash_password(auth::make_password())) {}

std::variant<store::Account, LogInGate::Wrong, LogInGate::TryLater> LogInGate::try_password(store::Store& store, const std::string& name, const std::string& password,
                                                                                           const std::string& address, Time now) {
  if (auto wait = accounts_.begin(name, now)) return TryLater{*wait};
  if (auto wait = addresses_.begin(address, now)) {
    accounts_.take_back(name);
    return TryLater{*wait};
  }
  auto turn = slots_.enter();
  if (!turn) {
    accounts_.take_back(name);
    addresses_.take_back(address);
    return TryLater{std::chrono::seconds(1)};
  }
  auto account = store.find_account(name);
  bool fits = auth::verify_password(password, account ? account->password_hash : dummy_hash_);
  if (fits && account && !account->disabled_at) {
    accounts_.succeeded(name);
    addresses_.take_back(address);
    return *account;
  }
  return Wrong{account ? std::optional(account->name) : std::nullopt};
}

}  // namespace darkroom::api
