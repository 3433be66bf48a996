// Sends what is due: claims deliveries, signs them, calls their receivers side by side, and writes what became of each try.
//
// A delivery is claimed and settled in two transactions; a process that dies between them leaves a claim that others make again when its lease is over. So
// a receiver may get one twice, with the same webhook-id, and none is lost. An answer that comes while the database is away is kept, and settled later.
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "delivery/delivery_config.h"
#include "delivery/guard.h"
#include "delivery/schedule.h"
#include "delivery/sender.h"
#include "store/store.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace darkroom::delivery {

// How secrets are come by. Each gives raw bytes.
struct Secrets {
  std::function<Result<std::string>(const std::string& sealed)> open;
  std::function<std::string(const std::string& site)> of_site;
  std::function<std::string(const std::string& token)> of_token;
};

class Deliver {
 public:
  Deliver(DeliveryConfig config, store::Store& store, const Guard& guard, Secrets secrets, const Clock& clock, std::vector<std::string> resolve = {});
  ~Deliver();

  // One round: what has ended is written, what is due is begun. Returns when the next is wanted. Blocks while requests are under way, until wake().
  Duration run_once();
  void wake();
  // From any thread, quick: new endings may have to be told.
  void hear(const std::vector<store::Event>& events);
  // Runs rounds on a thread of its own until stop().
  void start();
  void stop();

 private:
  struct UnderWay {
    store::ClaimedDelivery claimed;
    Time started{};
  };
  struct Unstored {
    store::SettledTry settled;
    std::string delivery;
    std::string target;
    int tries = 0;
    std::chrono::steady_clock::time_point until;  // its lease is over: it is made again
  };

  void look_after_old_ones(Time now);
  // How long it is until the next one is due, if one waits.
  std::optional<Duration> begin_due(Time now);
  void begin(const store::ClaimedDelivery& claimed, Time now);
  Result<Destination> destination_of(const store::ClaimedDelivery& claimed) const;
  Result<std::vector<std::string>> secrets_of(const store::ClaimedDelivery& claimed, Time now) const;
  const Site* site_of(const store::DeliveryRecord& delivery) const;
  void settle(const Answered& answered);
  void store_settled();
  Duration lease() const;
  std::chrono::steady_clock::time_point lease_end() const;  // at the latest, of what has ended now
  void fail(const store::ClaimedDelivery& claimed, Time started, const std::string& why);

  DeliveryConfig config_;
  store::Store& store_;
  const Guard& guard_;
  Secrets secrets_;
  const Clock& clock_;
  Sender sender_;
  std::map<std::int64_t, UnderWay> under_way_;
  std::deque<Unstored> unstored_;  // tries that have ended and are not written yet
  std::atomic<bool> has_receivers_ = false;
  std::atomic<bool> stopping_ = false;
  Time looked_{};
  Time pruned_{};
  std::unique_ptr<Loop> loop_;
};

}  // namespace darkroom::delivery
