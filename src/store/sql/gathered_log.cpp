#include "store/sql/gathered_log.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>

namespace darkroom::store {
namespace {

constexpr std::size_t kMostGathered = 0x1ffff;  // the default VFS writes no more at once
constexpr std::array<char, 64 * 1024> kZeros{};
constexpr sqlite3_int64 kGrowth = 1 << 20;
constexpr sqlite3_int64 kNothing = -1;

// What SQLite holds for an open log. The default VFS's own file lies behind it in the same memory.
struct GatheredLog {
  sqlite3_file file;      // what SQLite sees: must be first
  sqlite3_file* beneath;  // the default VFS's
  char* gathered;         // bytes that are not in the file yet, kMostGathered at most
  std::size_t count;      // of them
  sqlite3_int64 offset;   // of the first
  int descriptor;         // of our own, to sync beside the connection's thread
  bool puts_off;          // syncs
  bool new_header;        // was written and not synced
  std::atomic<std::uint64_t> put_off;  // how many syncs were put off, each after its bytes were written down
  std::atomic<std::uint64_t> made_up;  // of them, how many a later one has made up for
  sqlite3_int64 length;   // of the file
  sqlite3_int64 lost;     // where bytes begin that could not be written, or none: kNothing

  // Where the disk has no room for it, the file ends where it did: what is written next tells whether it has room for that.
  void grow_to_hold(sqlite3_int64 end) {
    if (end <= length) return;
    sqlite3_int64 size = 0, grown = (end / kGrowth + 1) * kGrowth;
    bool has_room = beneath->pMethods->xFileSize(beneath, &size) == SQLITE_OK;
    for (sqlite3_int64 at = size; has_room && at < grown; at += kZeros.size()) {
      auto piece = static_cast<int>(std::min<sqlite3_int64>(grown - at, kZeros.size()));
      has_room = beneath->pMethods->xWrite(beneath, kZeros.data(), piece, at) == SQLITE_OK;
    }
    if (!has_room) beneath->pMethods->xTruncate(beneath, size);
    length = has_room ? grown : end;
  }

  int write_down() {
    if (count == 0) return SQLITE_OK;
    grow_to_hold(offset + static_cast<sqlite3_int64>(count));
    int status = beneath->pMethods->xWrite(beneath, gathered, static_cast<int>(count), offset);
    count = 0;
    if (status != SQLITE_OK && (lost == kNothing || offset < lost)) lost = offset;
    return status;
  }
};

GatheredLog& log_of(sqlite3_file* file) { return *reinterpret_cast<GatheredLog*>(file); }

// The bytes are written down first, then the default VFS is asked.
template <class Ask>
int settled(sqlite3_file* file, Ask ask) {
  GatheredLog& log = log_of(file);
  int status = log.write_down();
  return status == SQLITE_OK ? ask(log.beneath) : status;
}

int close(sqlite3_file* file) {
  GatheredLog& log = log_of(file);
  int written = log.write_down();
  int closed = log.beneath->pMethods->xClose(log.beneath);
  ::close(log.descriptor);  // locks are held by the descriptors of the database and its index, not by the log's
  delete[] log.gathered;
  return written == SQLITE_OK ? closed : written;
}

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  return settled(file, [&](sqlite3_file* beneath) { return beneath->pMethods->xRead(beneath, into, size, offset); });
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  GatheredLog& log = log_of(file);
  auto more = static_cast<std::size_t>(size);
  if (offset == 0) log.new_header = true;
  if (offset <= log.lost) log.lost = kNothing;  // they were taken back
  bool follows = log.offset + static_cast<sqlite3_int64>(log.count) == offset && log.count + more <= kMostGathered;
  if (!follows) {
    if (int status = log.write_down(); status != SQLITE_OK) return status;
    log.offset = offset;
  }
  if (more > kMostGathered) {
    log.grow_to_hold(offset + size);
    return log.beneath->pMethods->xWrite(log.beneath, bytes, size, offset);
  }
  std::memcpy(log.gathered + log.count, bytes, more);
  log.count += more;
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return settled(file, [&](sqlite3_file* beneath) {
    int status = beneath->pMethods->xTruncate(beneath, size);
    if (status == SQLITE_OK) log_of(file).length = size;
    return status;
  });
}

// A write may fail in a call that SQLite can do without, a read of the same transaction: what was to be written before must not be committed around then.
int sync(sqlite3_file* file, int flags) {
  GatheredLog& log = log_of(file);
  if (log.lost != kNothing) return SQLITE_FULL;
  bool later = log.puts_off && !log.new_header;
  int status = settled(file, [&](sqlite3_file* beneath) { return later ? SQLITE_OK : beneath->pMethods->xSync(beneath, flags); });
  if (status != SQLITE_OK) return status;
  if (later) {
    ++log.put_off;
  } else {
    log.new_header = false;
  }
  return status;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return settled(file, [&](sqlite3_file* beneath) { return beneath->pMethods->xFileSize(beneath, size); });
}

// A log is not locked: its database is.
int lock(sqlite3_file* file, int level) { return log_of(file).beneath->pMethods->xLock(log_of(file).beneath, level); }
int unlock(sqlite3_file* file, int level) { return log_of(file).beneath->pMethods->xUnlock(log_of(file).beneath, level); }
int is_reserved(sqlite3_file* file, int* out) { return log_of(file).beneath->pMethods->xCheckReservedLock(log_of(file).beneath, out); }

int control(sqlite3_file* file, int what, void* argument) { return log_of(file).beneath->pMethods->xFileControl(log_of(file).beneath, what, argument); }
int sector_size(sqlite3_file* file) { return log_of(file).beneath->pMethods->xSectorSize(log_of(file).beneath); }
int characteristics(sqlite3_file* file) { return log_of(file).beneath->pMethods->xDeviceCharacteristics(log_of(file).beneath); }

constexpr sqlite3_io_methods kMethods = {1,    close,  read,        write,   truncate,    sync,           file_size, lock, unlock, is_reserved, control,
                                         sector_size, characteristics, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};

sqlite3_vfs* default_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

constexpr std::size_t kAlignment = alignof(std::max_align_t);
constexpr std::size_t kBeneathAt = (sizeof(GatheredLog) + kAlignment - 1) / kAlignment * kAlignment;

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* vfs = default_vfs();
  if (!(flags & SQLITE_OPEN_WAL)) return vfs->xOpen(vfs, name, file, flags, out_flags);
  GatheredLog& log = log_of(file);
  log.file.pMethods = nullptr;  // as long as it is not open, SQLite closes nothing
  log.beneath = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kBeneathAt);
  log.offset = 0;
  log.count = 0;
  log.descriptor = -1;
  log.puts_off = false;
  new (&log.put_off) std::atomic<std::uint64_t>(0);
  new (&log.made_up) std::atomic<std::uint64_t>(0);
  log.new_header = true;
  log.length = 0;
  log.lost = kNothing;
  log.gathered = new (std::nothrow) char[kMostGathered];
  if (!log.gathered) return SQLITE_NOMEM;
  int status = vfs->xOpen(vfs, name, log.beneath, flags, out_flags);
  if (status == SQLITE_OK) {
    log.descriptor = ::open(name, O_RDONLY | O_CLOEXEC);
    if (log.descriptor < 0) {
      log.beneath->pMethods->xClose(log.beneath);
      status = SQLITE_CANTOPEN;
    } else if (status = log.beneath->pMethods->xFileSize(log.beneath, &log.length); status != SQLITE_OK) {
      ::close(log.descriptor);
      log.beneath->pMethods->xClose(log.beneath);
    }
  }
  if (status == SQLITE_OK) {
    log.file.pMethods = &kMethods;
  } else {
    delete[] log.gathered;
  }
  return status;
}

}  // namespace

const char* gathered_log_vfs() {
  static const sqlite3_vfs* const vfs = [] {
    static sqlite3_vfs made = *default_vfs();
    made.zName = "darkroom";
    made.pNext = nullptr;
    made.szOsFile = static_cast<int>(kBeneathAt) + default_vfs()->szOsFile;
    made.xOpen = open;
    if (sqlite3_vfs_register(&made, 0) != SQLITE_OK) throw std::runtime_error("SQLite does not take our file layer");
    return &made;
  }();
  return vfs->zName;
}

PutOffSyncs::PutOffSyncs(sqlite3* writer) {
  sqlite3_file* log = nullptr;
  int status = sqlite3_file_control(writer, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (status != SQLITE_OK || !log || log->pMethods != &kMethods) throw std::runtime_error("the writer has no log of ours");
  log_ = log;
}

void PutOffSyncs::put_off(bool yes) { log_of(static_cast<sqlite3_file*>(log_)).puts_off = yes; }

bool PutOffSyncs::sync_now() {
  GatheredLog& log = log_of(static_cast<sqlite3_file*>(log_));
  std::uint64_t until_here = log.put_off;
  if (log.made_up == until_here) return true;
  int status = ::fdatasync(log.descriptor);
  while (status != 0 && errno == EINTR) status = ::fdatasync(log.descriptor);
  if (status == 0) log.made_up = until_here;
  return status == 0;
}

}  // namespace darkroom::store
