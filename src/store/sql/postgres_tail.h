// The events of other processes on the same database: one thread with one connection follows the event log.
//
// The truth is polling, every second with jitter: the horizon is read, then the events up to it (migrations/postgres/ tells why none is missed).
// LISTEN only makes it sooner. Who commits events tells the others by NOTIFY, from this thread and never from a transaction that waits for a
// disk, since commits that carry a NOTIFY stand in one line for the whole server; at most once in 20 ms. A notification to
// ourselves shows whether LISTEN works: behind a transaction pooler it does not, which costs a warning and nothing else.
#pragma once

#include "base/file_descriptor.h"
#include "store/records.h"
#include "store/sql/postgres_connection.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace darkroom::store {

class PostgresTail {
 public:
  using Listener = std::function<void(const std::vector<Event>&)>;

  // Begins at the newest event of this moment: reads it with `connection`. `listener` is called on the tail's thread with the events of others.
  PostgresTail(const PostgresOptions& options, PostgresConnection& connection, Listener listener);
  ~PostgresTail();

  // Events that this process is about to commit and tells by itself: the tail passes over them.
  void skip(const std::vector<Event>& own);
  // They were committed: the other processes are told to look.
  void announce();
  // They were not committed, or nobody knows: of those that the tail meets, or has passed over, it tells what is in the log.
  void no_skip(const std::vector<Event>& own);

 private:
  using Clock = std::chrono::steady_clock;
  // What one connection is about to do, and when.
  struct Timetable {
    Clock::time_point look{};
    Clock::time_point heartbeat{};
    Clock::time_point notify{};                        // not before, when there is something to announce
    Clock::time_point echo = Clock::time_point::max();  // the heartbeat should have come back
  };

  void run(std::stop_token stop);
  void follow(std::stop_token stop);
  void hear(PostgresConnection& connection, Timetable& times);
  void speak(PostgresConnection& connection, Timetable& times);
  void look(PostgresConnection& connection);
  struct Range {  // of event ids, without the first
    std::int64_t after;
    std::int64_t last;
  };
  void begin_again(PostgresConnection& connection, std::int64_t horizon, std::int64_t newest);
  void tell_unsure(PostgresConnection& connection);
  std::vector<Range> foreign_ranges(std::int64_t horizon);
  enum class Whose { of_others, unsure };
  void tell(PostgresConnection& connection, std::span<Range> ranges, Whose whose);
  void tell(const Rows& rows, Whose whose);
  void pass_over(std::int64_t last);
  void wake();
  void wait_until(Clock::time_point time, int socket);

  const PostgresOptions& options_;
  Listener listener_;
  std::string channel_;
  std::string name_;  // ours among the processes that announce
  std::mutex mutex_;
  std::int64_t place_;  // the last event that was told or passed over
  std::unordered_set<std::int64_t> own_;
  std::int64_t passing_;  // the horizon up to which it looks, or has looked last
  std::set<std::int64_t> unsure_;  // passed over as our own; whether they are in the log is to be seen
  Time looked_at_{};  // by the server's clock
  std::atomic<bool> announced_ = false;
  bool warned_ = false;
  FileDescriptor wake_;  // eventfd
  std::jthread thread_;
};

}  // namespace darkroom::store
