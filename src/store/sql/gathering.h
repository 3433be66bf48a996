// Callers of one shared verb, gathered: while a group of them is being served the next one gathers, and one of its callers serves it. So a lone caller
// is served at once by its own thread, and many share one transaction. At most `groups` are served at the same time, each of a total weight of at most
// `heaviest`, or of one caller.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace darkroom::store {

class Gathering {
 public:
  struct Caller {
    void* ask;
    std::size_t weight;
    std::exception_ptr error = nullptr;  // why it was not served
  };
  // Serves a group: gives each caller that it cannot serve its error, and throws nothing.
  using Serve = std::function<void(std::span<Caller* const>)>;

  Gathering(int groups, std::size_t heaviest, Serve serve) : groups_(groups), heaviest_(heaviest), serve_(std::move(serve)) {}

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
  void lead(std::unique_lock<std::mutex>& lock);
  std::vector<Place*> next_group();

  int groups_;  // how many more may be served now
  std::size_t heaviest_;
  Serve serve_;
  std::mutex mutex_;
  std::deque<Place*> waiting_;
};

}  // namespace darkroom::store
