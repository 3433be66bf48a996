// Callers of one shared verb, gathered: while a group of them is being served the next one gathers, and one of its callers serves it. So a lone caller
// is served at once by its own thread, and many share one transaction. At most `groups` are served at the same time, a second one only when many wait;
// each is of a total weight of at most `heaviest`, or of one caller.
//
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace darkroom::store {

// Whom a group waits for. Who was served comes back soon where there is much to do, so that a group that could begin right behind another waits a moment for as
// many as were there: otherwise two callers would take turns, each alone, and each pay for a transaction. A wait that brought nobody is not tried
// again for some groups.
class Returning {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Returning(std::chrono::microseconds linger) : linger_(linger) {}

  void ended(std::size_t there, Clock::time_point now);  // a group, when so many had been served by it or were waiting
  std::size_t expected() const { return expected_; }
  // Until when a group waits for as many as are expected; none: it begins.
  std::optional<Clock::time_point> worth_waiting(std::size_t waiting, Clock::time_point now);
  void waited(bool in_vain);

 private:
  std::chrono::microseconds linger_;
  std::size_t expected_ = 0;
  Clock::time_point ended_{};
  int no_wait_ = 0;  // for so many groups
};

class Gathering {
 public:
  struct Caller {
    void* ask;
    std::size_t weight;
    std::exception_ptr error = nullptr;  // why it was not served
  };
  // Serves a group: gives each caller that it cannot serve its error, and throws nothing.
  using Serve = std::function<void(std::span<Caller* const>)>;

  struct Limits {
    int groups = 1;
    std::size_t heaviest = 256;
    std::size_t worth_another = 16;       // callers that wait, before a group is served beside another
    std::chrono::microseconds linger{0};  // how long after a group ended the next waits for those who were there
  };

  Gathering(Limits limits, Serve serve) : limits_(limits), returning_(limits.linger), serve_(std::move(serve)) {}

  // Returns when the ask was served, or throws its error.
  void join(void* ask, std::size_t weight);
  std::size_t waiting();  // callers that no group has taken yet

 private:
  struct Place {
    Caller caller;
    bool taken = false;
    bool done = false;
    std::condition_variable changed = {};
  };
  bool may_lead() const;
  void lead(std::unique_lock<std::mutex>& lock);
  void await_those_who_return(std::unique_lock<std::mutex>& lock);
  std::vector<Place*> next_group();

  Limits limits_;
  Returning returning_;
  Serve serve_;
  std::mutex mutex_;
  std::deque<Place*> waiting_;
  int served_now_ = 0;  // groups, or one that waits
  std::condition_variable all_are_back_;
};

}  // namespace darkroom::store
