// Turns that are being given out and are not committed yet. Where several connections write at once, two jobs of one owner would read the same last
// turn from the database, and share the next one; here they learn of each other. Of other processes nobody knows: there, as many jobs of one owner
// may share a turn as there are processes that take photos in.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace darkroom::store {

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
  struct Line {
    int entries = 0;
    std::int64_t next = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Line> lines_;  // those that someone is in; by lane, priority and owner
};

}  // namespace darkroom::store
