"""Faults of the storage below the queue: what is told, answered or read before it outlives a loss of power, and who has how much room."""
from fault import fault, unit

STORE = "store_test"
DATABASE = "src/store/sql/sqlite_database.cpp"
LOG = "src/store/sql/gathered_log.cpp"
UPLOADS = "src/store/sql_store_uploads.cpp"

FAULTS = [
    fault("failed-sync-ignored", "a commit whose sync failed is acknowledged", DATABASE, "if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();", "if (!ended.failure) (void)writer.sync_log();",
          unit(STORE, "EndTheProcessWhenTheirSyncFails")),
    fault("failed-sync-hidden", "the log says that it is synced when the disk refused", LOG, "return status == 0;", "return status <= 0;", unit(STORE, "EndTheProcessWhenTheirSyncFails")),
    fault("told-before-synced", "listeners hear of a commit that a loss of power may take back", DATABASE,
          [("  durable.reach(ended.commit);\n  if (!ended.failure) tell(ended.group);\n", "  durable.reach(ended.commit);\n"),
           ("  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();", "  if (!ended.failure) tell(ended.group);\n  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();")], None,
          unit(STORE, "AreHeardOfAfterTheirSync")),
    fault("answered-before-synced", "a caller is answered before its commit is synced", DATABASE,
          [("  for (const auto& batch : ended.group) batch->settle(ended.failure);\n", ""),
           ("  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();", "  for (const auto& batch : ended.group) batch->settle(ended.failure);\n  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();")], None,
          unit(STORE, "UnsyncedCommits", "OfADatabase")),
    fault("reader-does-not-wait", "a reader is told of what a loss of power may take back", DATABASE, "  if (found == Found::is_told) state_->durable.wait_for(seen);", "  if (found == Found::is_told) state_->durable.wait_for(0 * seen);", unit(STORE, "AreReadByNobodyBeforeTheirSync")),
    fault("reached-before-synced", "readers go on before the sync that they wait for", DATABASE,
          [("  durable.reach(ended.commit);\n", ""), ("  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();", "  durable.reach(ended.commit);\n  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();")], None,
          unit(STORE, "AreReadByNobodyBeforeTheirSync")),
    fault("failed-blob-sync-ignored", "a photo is acknowledged though the disk refused it", "src/base/durable.cpp", "if (::fsync(fd) != 0) throw", "if (::fsync(fd) > 0) throw", unit("blob_test", "SyncOfAPhoto")),
    fault("blob-unsynced", "a photo is acknowledged before its bytes are on the disk", "src/blob/file_blob_store.cpp", "  sync_file(staged.fd(), \"the upload of \" + path_of(sha256));\n", "", unit("blob_test", "SyncOfAPhoto")),
    fault("bytes-not-looked-for", "a photo that a removal took away on its way in is missing", "src/store/sql_intake.cpp", "    if (entrant.image().keep_again) entrant.image().keep_again();\n", "", unit("store_test", "TheBytesOfAPhotoAreLookedFor")),
    fault("blob-folder-unsynced", "a photo is acknowledged before its name is on the disk", "src/blob/file_blob_store.cpp", "  sync_folder(folder_of(sha256));\n", "", unit("blob_test", "SyncOfAPhoto")),
    # --- room ---
    fault("room-looked-at-together", "two that begin an upload at once are both given the last room", UPLOADS, '    transaction.connection.post_locks(kHoldRoom, {"upload"});\n', "",
          unit(STORE, "TwoThatBeginAtOnceKeepTo")),
    fault("one-broken-upload-for-all", "one upload that cannot be completed keeps all others from it", "src/api/resumable.cpp", "        if (!first_failure) first_failure = std::current_exception();\n", "        throw;\n",
          unit("api_test", "OneThatCannotBeCompleted")),
    fault("first-page-of-expired", "what has expired stays since others wait to be completed", "src/api/resumable.cpp", "!page.empty(); page = page_after(page.back())) {", "!page.empty(); page.clear()) {",
          unit("api_test", "WhatIsCompleteKeepsNobody")),
    fault("owner-waits-for-itself", "each upload of an owner waits for the one before", "src/store/migrations/postgres/0021_bytes_of_owners.sql", "LIMIT 1 FOR UPDATE SKIP LOCKED;", "LIMIT 1 FOR UPDATE;",
          unit(STORE, "PhotosOfOneOwnerDoNotWait")),
    fault("deleted-still-counted", "photos that are gone use up a quota", "src/store/migrations/sqlite/0021_bytes_of_owners.sql", "AFTER DELETE ON image BEGIN\n  INSERT INTO owner_bytes (owner, bytes) VALUES (OLD.owner, -OLD.byte_count)",
          "AFTER DELETE ON image BEGIN\n  INSERT INTO owner_bytes (owner, bytes) VALUES (OLD.owner, 0)", unit(STORE, "IsRightAfterEveryVerb")),
    fault("wrong-sum-stays", "a quota that was counted wrong once is wrong for ever", "src/store/sql_store_bytes.cpp", "if (noted.integer(0) != bytes) stretch", "if (bytes < 0) stretch", unit(STORE, "WhatAnOwnersPhotosTakeIsPutRight")),
    fault("sum-put-right-twice", "two that find one quota counted wrong both put it right", "src/store/sql_store_bytes.cpp", ".integer(1) != wrong.repairs) return false;", ".integer(1) < 0) return false;",
          unit(STORE, "OfTwoThatFoundASumWrong")),
    fault("deletion-leaves-it-on", "an endpoint whose deletion broke off goes on being told", "src/store/sql_store_endpoints.cpp", "SET enabled = 0, disabled_reason = $2, updated_at = $3 WHERE id = $1 AND (enabled", "SET enabled = enabled, disabled_reason = $2, updated_at = $3 WHERE id = $1 AND (enabled",
          unit(STORE, "WhoseDeletionBreaksOff")),
]
