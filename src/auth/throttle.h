// Slows the guessing of passwords: for each account and each address that failed too often, the next try has to wait, longer with each failure, and at
// most a minute. Nobody is locked out for good. Kept in memory: a restart forgets it.
#pragma once

#include "base/clock.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace darkroom::auth {

class Throttle {
 public:
  // So many failures are free; what is older than `memory` is forgotten.
  struct Config {
    int free_failures = 5;
    std::chrono::seconds first_wait{1};
    std::chrono::seconds longest_wait{60};
    std::chrono::seconds memory{900};
    std::size_t most_keys = 20'000;  // beyond, the one that failed longest ago goes
  };

  Throttle() = default;
  explicit Throttle(Config config) : config_(config) {}

  // Begins a try: how long this key has still to wait, or nullopt, and then the try counts as failed from now on, so that of many side by side each makes the next
  // one wait. Any thread.
  std::optional<std::chrono::seconds> begin(const std::string& key, Time now);
  // A try that was begun did not fail, or was not made.
  void take_back(const std::string& key);
  // The same, and the failures before it are forgotten.
  void succeeded(const std::string& key);

 private:
  struct Failures {
    int count = 0;
    Time last{}, before{};  // the newest failure and the one before it
  };
  std::optional<std::chrono::seconds> wait_of(const Failures& failures, Time now) const;
  void make_room(Time now);

  Config config_;
  std::mutex mutex_;
  std::map<std::string, Failures> failures_;
};

// So many password hashes at the same time, so many more that wait their turn; whoever comes then is refused. Each takes 19 MiB and a core.
class HashSlots {
 public:
  HashSlots(int slots, int most_waiting);

  class Turn {
   public:
    explicit Turn(HashSlots* slots) : slots_(slots) {}
    Turn(Turn&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    HashSlots* slots_;
  };

  // Waits for a slot; nullopt at once when too many wait already.
  std::optional<Turn> enter();

 private:
  void leave();

  std::mutex mutex_;
  std::condition_variable freed_;
  int free_;
  int waiting_ = 0;
  int most_waiting_;
};

}  // namespace darkroom::auth
