// The cache of derived pictures: files that can be made again, within a budget of bytes; what was not looked at for longest goes first.
//
//   <folder>/aa/<sha256 of the photo>.t.jpg       thumbnail
//                              ....p.jpg       preview
//                              ....o-KEY.jpg   overlay of one result, KEY says which
//
// A file is written aside and renamed, so it is whole or absent; nothing is synced, since a lost picture is made again. The folder is the
// truth and the list in memory its accounting: processes that share a data folder may both add and remove.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace darkroom::views {

std::string thumbnail_name(std::string_view sha256);
std::string preview_name(std::string_view sha256);
std::string overlay_name(std::string_view sha256, std::string_view key);

struct PictureFilesConfig {
  std::string folder;
  std::int64_t budget = 2'000'000'000;  // bytes of all pictures together
};

// Every function may be called from any thread.
class PictureFiles {
 public:
  // Whether pictures of this content may be kept: asked after a picture was written, so that one that was being made while its photo was deleted
  // goes too. May throw where it cannot be told; the picture stays then.
  using StillWanted = std::function<bool(const std::string& sha256)>;

  // Makes the folder and counts what is there. Throws std::runtime_error when it cannot be made.
  explicit PictureFiles(PictureFilesConfig config, StillWanted still_wanted = nullptr);

  // The picture's bytes, which counts as a use.
  std::optional<std::string> find(const std::string& name);
  bool contains(const std::string& name);
  // False when it could not be kept (disk full, no JPEG, its photo is gone); the log says why.
  bool keep(const std::string& name, std::string_view jpeg);
  // The same for who cannot wait for a disk: find() has the picture from now on, and a thread of ours writes it. Where many wait already, the caller writes.
  void keep_soon(const std::string& name, std::string jpeg);
  // All pictures of this photo; fine if there are none.
  void remove_all_of(std::string_view sha256);
  // At most `most` contents that pictures are here of, in order, after this one.
  std::vector<std::string> contents_after(std::string_view after, std::size_t most) const;
  std::int64_t bytes() const;

 private:
  struct Entry {
    std::string name;
    std::int64_t size = 0;
  };
  std::string path_of(std::string_view name) const;
  void count_folder();
  void note(const std::string& name, std::int64_t size);
  void drop(const std::string& name);
  void make_room();
  bool is_still_wanted(const std::string& sha256) const;
  void write_waiting(std::stop_token stop);

  PictureFilesConfig config_;
  StillWanted still_wanted_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // least recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_name_;
  std::int64_t bytes_ = 0;
  std::deque<std::pair<std::string, std::string>> waiting_;  // names and pictures that are to be written; the first may be under way
  std::condition_variable_any arrived_;
  std::jthread writer_;
};

}  // namespace darkroom::views
