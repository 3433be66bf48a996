// SQLite writes each page of a commit to the write-ahead log by two small writes. Through this the writes of a commit become one, just before its sync:
// a system call costs as much as a statement, and a group commit has some fifty pages.
//
// The file grows ahead of what is written, by zeros, a piece at a time: a sync that has to note a new length costs up to three times as much as one of bytes
// that had their room. SQLite ends reading a log at the first frame that is not of its run, and zeros are none.
//
// Only for a connection with synchronous=FULL, which syncs the log with each commit. A write that fails is told by the call that needed it, mostly the
// sync; SQLite then takes the transaction back as it does after a failed write.
//
// The sync of a commit can be put off, so that the next transaction runs beside it: PutOffSyncs.
#pragma once

struct sqlite3;

namespace darkroom::store {

// The name of the VFS to open the writing connection with; registered at the first call. Everything but the log's writes and syncs is the default VFS's own.
const char* gathered_log_vfs();

// The syncs of one open log. While they are put off, SQLite's wish to sync the log only writes its bytes down; what was committed then is in the file and is
// seen by readers, but outlives a loss of power only after sync_now(). Never put off: the sync of the log's header, without which frames of an older log could
// count as new ones, and those of a checkpoint, if it runs while none are put off.
class PutOffSyncs {
 public:
  // The log of a writer that was opened with the VFS above and is in WAL mode. Lives no longer than that connection.
  explicit PutOffSyncs(sqlite3* writer);

  // By the connection's own thread.
  void put_off(bool yes);
  // By one thread at a time, beside the connection's. Asks nothing of the disk when no sync was put off since the last success. False when the disk failed:
  // then nothing that was put off since the last success may be relied on.
  bool sync_now();

 private:
  void* log_;
};

}  // namespace darkroom::store
