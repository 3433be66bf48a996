// Uploads that come in pieces: each is a file that grows at its end and survives the process. How far it has come is its size, so nothing else need be kept.
// A piece whose checksum is still to be judged is noted beside it, and taken back if the process dies before.
#pragma once

#include "base/file_descriptor.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace darkroom::blob {

class PartialFiles;

// One request that adds to a file; nobody else adds to it meanwhile.
class PartialWriter {
 public:
  ~PartialWriter();
  PartialWriter(const PartialWriter&) = delete;
  PartialWriter& operator=(const PartialWriter&) = delete;

  std::int64_t offset() const { return offset_; }
  // Throws DiskFull when the disk takes no more.
  void write(std::string_view piece);
  // All that was written is durable. What was not kept stays in the file anyway, unless the writer was made for a judged piece.
  void keep();
  // Back to where this writer began.
  void take_back();
  int fd() const { return file_.get(); }

 private:
  friend class PartialFiles;
  PartialWriter(PartialFiles& files, std::string id, bool judged);

  PartialFiles& files_;
  std::string id_;
  FileDescriptor file_;
  std::int64_t begin_ = 0;
  std::int64_t offset_ = 0;
  bool judged_;
  bool settled_ = false;
};

class PartialFiles {
 public:
  // Makes the folder. Ids are names of files: letters and digits only.
  explicit PartialFiles(std::string folder);

  void create(const std::string& id);
  // None if there is no such file.
  std::optional<std::int64_t> size_of(const std::string& id);
  // None while another writer is at it, and without the file. `judged`: what is written is taken back unless keep() is called.
  std::unique_ptr<PartialWriter> write_to(const std::string& id, bool judged);
  // False while somebody writes to it.
  bool remove(const std::string& id);

 private:
  friend class PartialWriter;
  std::string path_of(const std::string& id) const { return folder_ + "/" + id; }
  std::string note_of(const std::string& id) const { return folder_ + "/" + id + ".unjudged"; }
  // With the mutex held: gives back what an unjudged piece of a dead process has left.
  void mend(const std::string& id);

  std::string folder_;
  std::mutex mutex_;
  std::set<std::string> busy_;
};

}  // namespace darkroom::blob
