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

// A try that has begun counts as failed from then on. It is taken back, unless it is judged.
class Unjudged {
 public:
  Unjudged(auth::Throttle& throttle, const std::string& key) : throttle_(&throttle), key_(key) {}
  Unjudged(const Unjudged&) = delete;
  Unjudged& operator=(const Unjudged&) = delete;
  ~Unjudged() {
    if (throttle_) throttle_->take_back(key_);
  }
  void judged() { throttle_ = nullptr; }

 private:
  auth::Throttle* throttle_;
  const std::string& key_;
};

}  // namespace

LogInGate::LogInGate(FindAccount find_account)
    : find_account_(std::move(find_account)), addresses_(kOfAddress), slots_(cores(), kWaitingPerCore * cores()), dummy_hash_(auth::hash_password(auth::make_password())) {}

std::variant<store::Account, LogInGate::Wrong, LogInGate::TryLater> LogInGate::try_password(const std::string& name, const std::string& password, const std::string& address, Time now) {
  if (auto wait = accounts_.begin(name, now)) return TryLater{*wait};
  Unjudged of_account(accounts_, name);
  if (auto wait = addresses_.begin(address, now)) return TryLater{*wait};
  Unjudged of_address(addresses_, address);
  auto turn = slots_.enter();
  if (!turn) return TryLater{std::chrono::seconds(1)};
  auto account = find_account_(name);
  bool fits = auth::verify_password(password, account ? account->password_hash : dummy_hash_);
  of_account.judged();
  if (!fits || !account || account->disabled_at) {
    of_address.judged();
    return Wrong{account ? std::optional(account->name) : std::nullopt};
  }
  accounts_.succeeded(name);
  return *account;
}

}  // namespace darkroom::api
