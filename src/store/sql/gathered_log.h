// SQLite writes each page of a commit to the write-ahead log by two small writes. Through this the writes of a commit become one, just before its sync:
// a system call costs as much as a statement, and a group commit has some fifty pages.
//
// Only for a connection with synchronous=FULL, which syncs the log before anybody is shown the frames of a commit. A write that fails is told by the call
// that needed it, mostly the sync; SQLite then takes the transaction back as it does after a failed write.
#pragma once

namespace darkroom::store {

// The name of the VFS to open the writing connection with; registered at the first call. Everything but the log's writes is the default VFS's own.
const char* gathered_log_vfs();

}  // namespace darkroom::store
