// Requests that one thread writes together, and how their callers are told.
#pragma once

#include "store/sql/database.h"

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <vector>

namespace darkroom::store {

enum class Answer { after_commit, early };

// What one caller asks.
struct Request {
  std::function<void(Transaction&)> work;  // none: an ask of a shared verb
  const SharedVerb* verb = nullptr;
  void* ask = nullptr;
  std::size_t weight = 1;
  std::vector<Event> events = {};
  std::exception_ptr error = nullptr;
};

using Requests = std::vector<Request*>;

// Requests that came while another group ran. They are answered by one call that wakes all their callers: each then looks whether its own has an error.
struct Batch {
  Answer answer;
  std::size_t weight = 0;
  std::deque<Request> requests = {};
  bool is_answered = false;
  std::promise<void> answered = {};
  std::promise<void> stored = {};  // of requests that are answered early
  std::shared_future<void> when_answered = answered.get_future().share();
  std::shared_future<void> when_stored = stored.get_future().share();

  Requests all() {
    Requests all;
    for (Request& request : requests) all.push_back(&request);
    return all;
  }

  void answer_now() {
    is_answered = true;
    answered.set_value();
  }

  // The last that is told of it.
  void settle(const std::exception_ptr& failure) {
    if (!is_answered) {
      for (Request& request : requests) {
        if (!request.error) request.error = failure;
      }
      answer_now();
    }
    if (answer == Answer::after_commit) return;
    if (failure) {
      stored.set_exception(failure);
    } else {
      stored.set_value();
    }
  }
};

using Batches = std::vector<std::shared_ptr<Batch>>;  // what is committed together, early ones first

inline std::size_t callers_of(const Batches& group) {
  std::size_t count = 0;
  for (const auto& batch : group) count += batch->requests.size();
  return count;
}

}  // namespace darkroom::store
