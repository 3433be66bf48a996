// Sends requests side by side from one thread, and says how each ended. A connection is made for one request and shared by none.
#pragma once

#include "delivery/guard.h"
#include "base/clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::delivery {

struct Outgoing {
  std::int64_t key = 0;  // the caller's
  Destination to;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};
};

struct Answered {
  std::int64_t key = 0;
  int status = 0;                       // 0: there was no answer, or not the whole of it
  std::string error;                    // why not, for people; empty with a status
  std::string excerpt;                  // of the answer's body, printable
  std::chrono::seconds retry_after{0};  // as the receiver asked
  Duration took{};
};

class Sender {
 public:
  // `resolve` are libcurl's "host:port:address" entries, for tests.
  explicit Sender(const Guard& guard, std::vector<std::string> resolve = {});
  ~Sender();

  void start(Outgoing request);
  // Ends the request of this key, if there is one, without an answer: its connection is closed.
  void cancel(std::int64_t key);
  std::size_t under_way() const { return transfers_.size(); }
  // Works on all requests until one has ended, `longest` is over, or wake() is called. Returns those that have ended.
  std::vector<Answered> work(std::chrono::milliseconds longest);
  // From any thread.
  void wake();

 private:
  struct Transfer;
  struct Handles;
  std::vector<Answered> take_ended();

  const Guard& guard_;
  std::unique_ptr<Handles> handles_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::atomic<bool> woken_ = false;
};

}  // namespace darkroom::delivery
