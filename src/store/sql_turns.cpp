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
  Taken& line = turns_.lines_.at(line_);
  std::int64_t turn = std::max(least, line.next);
  line.next = turn + 1;
  return turn;
}

Ranks::Ranks(std::vector<Line> lines) : lines_(std::move(lines)) {
  std::ranges::sort(lines_);
  lines_.erase(std::unique(lines_.begin(), lines_.end()), lines_.end());
}

Ranks::Ranks(Connection& connection, std::vector<Line> lines) : Ranks(std::move(lines)) {
  Ask asked = ask();
  read(connection.execute_rows(*asked.of_rows, asked.values));
}

Ask Ranks::ask() const {
  RowParams values;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    std::string_view lane = lines_[i].lane;
    values.insert(values.end(), {lane, lines_[i].priority, lines_[i].owner, static_cast<std::int64_t>(i), lane.substr(0, lane.find('/'))});
  }
  return {kRanks, std::move(values)};
}

void Ranks::read(const Rows& rows) {
  for (const Row& row : rows) {
    const Line& line = lines_.at(static_cast<std::size_t>(row.integer(2)));
    if (!row.is_null(0)) heads_[{line.lane, line.priority}] = row.integer(0);
    next_[line] = row.is_null(1) ? 0 : row.integer(1) + 1;
  }
}

// Into a line without a head the first job goes as its head.
std::int64_t Ranks::take(const Line& line, Turns::Entry* entry) {
  std::pair level{line.lane, line.priority};
  auto head = heads_.find(level);
  std::int64_t rank = head == heads_.end() ? 0 : std::max(head->second, next_.at(line));
  if (entry) rank = entry->take(rank);
  if (head == heads_.end()) heads_[level] = rank;
  next_[line] = rank + 1;
  return rank;
}

std::int64_t next_rank(Connection& connection, std::string_view lane, int priority, std::string_view owner) {
  Line line{lane, priority, owner};
  return Ranks(connection, {line}).take(line);
}

}  // namespace darkroom::store
