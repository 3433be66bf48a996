#include "store/sql_turns.h"

#include <algorithm>
#include <utility>

namespace darkroom::store {

Turns::Entry::Entry(Turns& turns, std::string line) : turns_(turns), line_(std::move(line)) {
  std::lock_guard lock(turns_.mutex_);
  ++turns_.lines_[line_].entries;
}

// A line is forgotten when nobody is in it: whoever enters then reads all its turns from the database.
Turns::Entry::~Entry() {
  std::lock_guard lock(turns_.mutex_);
  auto line = turns_.lines_.find(line_);
  if (--line->second.entries == 0) turns_.lines_.erase(line);
}

std::int64_t Turns::Entry::take(std::int64_t least) {
  std::lock_guard lock(turns_.mutex_);
  Line& line = turns_.lines_.at(line_);
  std::int64_t turn = std::max(least, line.next);
  line.next = turn + 1;
  return turn;
}

}  // namespace darkroom::store
