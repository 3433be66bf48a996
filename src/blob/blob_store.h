// Where the bytes of photos are kept, addressed by content. A photo is durable here before its row is written.
#pragma once

#include "base/clock.h"
#include "base/file_descriptor.h"
#include "base/hash.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::blob {

// A photo on its way in: a temporary file that is hashed while it is written and is gone with this object.
class StagedBlob {
 public:
  // A file that gets its name when it is whole leaves nothing when the process is killed, and to sync it is not to sync its folder, too. Not every file system
  // knows such files.
  enum class Name { later, at_once };

  // A new file in `folder`. Throws std::runtime_error when it cannot be made.
  StagedBlob(const std::string& folder, Name name);
  ~StagedBlob();
  StagedBlob(const StagedBlob&) = delete;
  StagedBlob& operator=(const StagedBlob&) = delete;

  // Throws DiskFull when the disk takes no more, std::runtime_error on other errors.
  void write(std::string_view piece);
  std::int64_t size() const { return size_; }
  // 64 hex digits of all that was written; no write may follow.
  const std::string& sha256();
  int fd() const { return file_.get(); }
  const std::string& path() const { return path_; }  // "" without a name
  // Gives the file a name in its folder if it has none. False, with errno, when that cannot be done.
  bool take_name();

 private:
  std::string folder_;
  std::string path_;
  FileDescriptor file_;
  Sha256 hash_;
  std::string digest_;
  std::int64_t size_ = 0;
};

class DiskFull : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A photo may lie with a process that does not answer at the moment: nobody can tell whether it is there.
class Unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nobody waits for the photo any more.
class CalledOff : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// All that running a job needs of the photos.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  // Open for reading at offset 0; none if there is no such content. Throws Unreachable.
  virtual std::optional<FileDescriptor> open(std::string_view sha256) = 0;
  // The same where the photo may have a long way: throws CalledOff about a second after it was told to stop.
  virtual std::optional<FileDescriptor> open_unless_stopped(std::string_view sha256, const std::stop_token& /*stop*/) { return open(sha256); }
};

struct StoredBlob {
  std::string sha256;
  Time modified{};  // of the file, by the clock of its file system
};

class BlobStore : public BlobReader {
 public:
  // Of the place, made with it: two processes that read the same id share it.
  virtual const std::string& id() const = 0;
  virtual std::unique_ptr<StagedBlob> stage() = 0;
  // Makes the staged bytes durable under their hash: on return they survive a power cut. Keeping the same content twice is fine.
  // The staged blob holds on to its bytes.
  virtual void keep(StagedBlob& staged) = 0;
  // To be called before the row that needs the content is committed, when nobody can remove the same content any more: keeps it once more if a
  // removal has taken it away since keep().
  virtual void confirm(StagedBlob& staged) = 0;
  virtual void remove(std::string_view sha256) = 0;  // fine if it is not there
  // At most `most` of the stored contents after this one, in their order ("" for the first). An empty page is the end.
  virtual std::vector<StoredBlob> list(std::string_view after, int most) = 0;
  // Removes the temporary files that nobody has written to since `before`, and returns their number.
  virtual int remove_stale_uploads(Time before) = 0;
  // Bytes that may still be stored.
  virtual std::int64_t free_bytes() const = 0;
};

}  // namespace darkroom::blob
