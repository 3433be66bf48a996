// Turns that are being given out and are not committed yet. Where several connections write at once, two jobs of one owner would read the same last
// turn from the database, and share the next one; here they learn of each other. Of other processes nobody knows: there, as many jobs of one owner
// may share a turn as there are processes that take photos in.
#pragma once

#include "store/sql/connection.h"

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

// An owner's place to queue: the lane, the priority, the owner. Refers to its texts.
struct Line {
  std::string_view lane;
  int priority = 0;
  std::string_view owner;
  auto operator<=>(const Line&) const = default;
};

class Turns {
 public:
  // A job on its way in. From before its transaction reads the database until after the commit.
  class Entry {
   public:
    Entry(Turns& turns, std::string line);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // `least`, or the turn after those that others on their way have taken.
    std::int64_t take(std::int64_t least);

   private:
    Turns& turns_;
    std::string line_;
  };

 private:
  struct Taken {
    int entries = 0;
    std::int64_t next = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Taken> lines_;  // those that someone is in; by lane, priority and owner
};

// The rank that gives an owner the next turn in its lane and priority, see docs/adr: not below the head's, and after the owner's last. Of each line it is read once;
// those that are given out here are counted on.
class Ranks {
 public:
  Ranks(Connection& connection, std::vector<Line> lines);
  // Of which nothing is known until the answer to ask() was read.
  explicit Ranks(std::vector<Line> lines);
  Ask ask() const;
  void read(const Rows& rows);
  // The next rank of one of these lines, for a job that is queued with it. An entry, if there is one, may put it off.
  std::int64_t take(const Line& line, Turns::Entry* entry = nullptr);

 private:
  std::vector<Line> lines_;
  std::map<std::pair<std::string_view, int>, std::int64_t> heads_;  // of lanes and priorities that have one
  std::map<Line, std::int64_t> next_;                               // after the owner's last
};

// The next rank of one line.
std::int64_t next_rank(Connection& connection, std::string_view lane, int priority, std::string_view owner);

// Where nothing is queued the last ranks of those that run or have just ended stand for the head: a job that is on its way in may have one of theirs.
inline constexpr RowSql kRanks{
    "SELECT COALESCE((SELECT rank FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 ORDER BY rank, id LIMIT 1), "
    "(SELECT MAX(begun.rank) FROM (SELECT running.rank FROM job AS running WHERE running.state = 'running' AND running.queue = $5 AND running.lane = $1 "
    "AND running.priority = $2 UNION ALL SELECT ended.rank FROM (SELECT rank, lane, priority, started_at FROM job WHERE queue = $5 AND finished_at IS NOT NULL "
    "ORDER BY finished_at DESC LIMIT 64) AS ended WHERE ended.lane = $1 AND ended.priority = $2 AND ended.started_at IS NOT NULL) AS begun)), "
    "(SELECT rank FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 AND owner = $3 ORDER BY rank DESC LIMIT 1), $4 /*FROM GIVEN*/", "titit"};

}  // namespace darkroom::store
