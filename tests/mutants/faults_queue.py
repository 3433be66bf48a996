"""Faults of the queue: who starts next, who may end a job, and what is counted."""
from fault import fault, system, unit

STORE = "store_test"

FAULTS = [
    # --- who may end a job ---
    fault("stale-rank", "a job that goes back is behind all that came while its line was empty", "src/store/sql_store_endings.cpp", "AND head.rank < job.rank ORDER BY", "AND head.rank < 0 ORDER BY",
          unit("store_test", "HeadAlsoWhenItsLineRanEmpty")),
    fault("taking-turns", "two slots take turns at the database, each alone", "src/store/sql/gathering.cpp", "if (++served_now_ == 1) await_those_who_return(lock);", "++served_now_;",
          unit("store_test", "TwoWhoComeBackAtOnce")),
    fault("unanswered-claim", "what a claim without an answer took runs for ever", "src/worker/worker.cpp", "    give_back_unanswered(bench);\n", "", unit("worker_test", "WhatAClaimWithoutAnAnswer")),
    fault("read-ends-the-process", "a disk that cannot be read ends the server", "src/store/sql/sqlite_database.cpp", "connection.end_read();", 'connection.execute("COMMIT");',
          unit("store_test", "WhoseTransactionEndedByItself")),
    fault("log-without-end", "SQLite's log grows beside readers without a gap", "src/store/sql/sqlite_connection.cpp", "bool presses = log_pages_ >= kTooLongLog;", "bool presses = log_pages_ < 0;",
          unit("store_test", "BeginsAnewBesideReaders")),
    fault("fence-forgotten", "a result that comes after its lease was lost is accepted", "src/store/sql_store_endings.cpp", [
        ("job.started_at, job.retry_of IS NULL FROM job /*, GIVEN*/ WHERE job.id = $1 AND job.claim_no = $2", "job.started_at, job.retry_of IS NULL FROM job /*, GIVEN*/ WHERE job.id = $1 AND job.claim_no >= $2"),
        ("WHERE id = $1 AND claim_no = $2 AND worker IS NOT NULL", "WHERE id = $1 AND claim_no >= $2 AND worker IS NOT NULL"),
        ("held.jobs.insert_or_assign(FenceKey(job.fence.job.value, job.fence.claim_no), std::move(job))", "held.jobs.insert_or_assign(FenceKey(job.fence.job.value, job.fence.claim_no - 1), std::move(job))"),
    ], None, unit(STORE, "ALateResultIsDiscarded"), unit(STORE, "AZombieIsRefusedAndToldWhatItLost")),
    fault("refund-not-written", "an attempt that is to be given back is not", "src/store/sql_store_endings.cpp", "next.refund_attempt ? 1 : 0", "0",
          unit(STORE, "AnInterruptionCostsNoAttemptFiveTimes"), unit(STORE, "JobsOfANodeThatStoppedAnsweringGoBackRefunded")),

    # --- who starts next ---
    fault("priority-reversed", "the least urgent photo starts first", "src/store/sql_claims.cpp",
          "ORDER BY job.priority DESC, job.rank, job.id LIMIT COALESCE(", "ORDER BY job.priority, job.rank, job.id LIMIT COALESCE(",
          unit(STORE, "LargerPriorityFirstThenArrival"), unit(STORE, "FiftyLowThenOneHighTheHighStartsNext")),
    fault("turns-ignored", "one owner's hundreds of photos bury another's one", "src/store/sql_claims.cpp",
          "ORDER BY job.priority DESC, job.rank, job.id LIMIT COALESCE(", "ORDER BY job.priority DESC, job.id LIMIT COALESCE(",
          unit(STORE, "OwnersTakeTurns"), unit(STORE, "OnePhotoBehindHundredsOfAnotherOwnerStartsWithinTwoStarts")),
    fault("turns-ignored-of-models", "where several models wait, one owner's photos bury another's", "src/store/sql_claims.cpp",
          "ORDER BY job.priority DESC, job.rank, job.id LIMIT 1 /*OF JOB SKIP LOCKED*/", "ORDER BY job.priority DESC, job.id LIMIT 1 /*OF JOB SKIP LOCKED*/",
          unit(STORE, "AcrossLanes", "AClaimOfManyTakesWhatClaimsOfOneWouldTake", "Turn", "OwnersTakeTurnsAlsoWhereSeveralModelsWait")),
    fault("ageing-never", "an old photo of low priority never starts while others come", "src/store/sql_claims.cpp", "if (before_next == 0 && take_overdue", "if (before_next < 0 && take_overdue",
          unit(STORE, "EveryEighthStartTakesTheLevelHeadThatWaitedLongestOverTheBound")),

    fault("lane-waits-for-a-backlog", "a model has no slot as long as an older backlog of another lasts", "src/store/sql_claims.cpp", "return now - waits_since() > kLaneWaits;", "return now - waits_since() > 1'000'000 * kLaneWaits;",
          unit(STORE, "ALaneDoesNotWaitAsLongAsAnOlderBacklogOfAnotherModelLasts", "OfLanesThatWaitTooLong")),
    fault("one-start-a-second", "of two owners with a model each the younger one has a start now and then", "src/store/sql_claims.cpp", "      if (lane.earns_stretch) begin_stretch(lane);\n", "",
          unit(STORE, "OwnersOfDifferentModelsTakeTurns", "ALaneDoesNotWaitAsLongAsAnOlderBacklogOfAnotherModelLasts")),
    fault("stretch-of-nothing", "a model whose only job another process is taking ends the stretch of the one that was due", "src/store/sql_claims.cpp",
          "    bool one = tied && !lane.has_stretch && !lane.earns_stretch;\n", "    bool one = tied && !lane.has_stretch && !lane.earns_stretch;\n    if (lane.earns_stretch) begin_stretch(lane);\n", unit(STORE, "ALaneThatHasNothingToGive")),
    fault("wait-of-another", "a job that has just come goes before an older one, since a more urgent one of its model waited", "src/store/sql_claims.cpp",
          "      lane.head->arrived = now_;  // of what it has there nobody knows since when\n", "", unit(STORE, "TheWaitOfAnUrgentJob")),
    fault("stretch-counts-loading", "models that are loaded anew for each stretch do one job each", "src/store/sql_lane_starts.h", "stretch_ = {lane, from, from + kLongestLaneStretch};", "stretch_ = {lane, from, from + kLaneStretch};",
          unit(STORE, "AStretchBeginsToCountWhenItsModelIsLoaded")),
    fault("stretch-without-end", "a stretch is over after five seconds only", "src/store/sql_store_endings.cpp", "starts.note_end(domain::lane_of(domain::kProcessQueue, endings.back().job.model), finisher->now);", "(void)starts;",
          unit(STORE, "ALaneDoesNotWaitAsLongAsAnOlderBacklogOfAnotherModelLasts")),
    fault("started-and-expired", "a job that was started in time expires while it waits for a retry", "src/store/sql_store_claims.cpp", "'queued') AND started_at IS NULL ", "'queued') ",
          unit(STORE, "WhatWasStartedInTimeDoesNotExpire")),
    fault("others-not-ahead", "more urgent photos of another model on the same slots are not counted", "src/store/sql_store_insight.cpp", "of_all = ahead + others.more_urgent;", "of_all = ahead;",
          unit(STORE, "MoreUrgentJobsOfAModelOnTheSameSlotsAreAhead")),
    fault("maintenance-without-workers", "of maintenance that waits it is said that no worker is alive", "src/store/sql_store_insight.cpp", 'return node.role == "worker" ? 0 : 1;', "return std::min(node.slots, 1);",
          unit(STORE, "MaintenanceWaitsForTheProcesses")),
    fault("moved-in-one-go", "other writes wait until a hundred thousand jobs have moved", "src/store/sql_store_acting.cpp", "? 500 : 50;", "? 1'000'000 : 50;",
          unit(STORE, "ManyJobsAreMovedInSeveralCommits")),

    # --- limits ---
    fault("claim-under-way", "a new limit does not count what a claim starts at that moment", "src/store/sql_claims.cpp", "  share_queues(transaction, queues_of(claimers));\n", "  (void)queues_of(claimers);\n",
          unit(STORE, "ANewLimitCountsTheStartsOfAClaimThatIsUnderWay")),
    fault("rate-window-shortened", "an eleventh photo starts within sixty seconds", "src/store/sql_limits.cpp",
          "{queue, allowance.at - window, allowance.at + window}", "{queue, allowance.at - window + std::chrono::seconds(1), allowance.at + window}",
          unit(STORE, "TenAMinuteIsNeverElevenInAnySixtySeconds")),
    fault("rate-looks-back-only", "a claim that read its clock early starts a rate of its own", "src/store/sql_limits.cpp",
          "{queue, allowance.at - window, allowance.at + window}", "{queue, allowance.at - window, allowance.at}", unit(STORE, "AClaimOfAnEarlierMomentCounts")),
    fault("starts-dropped-at-once", "a claim that read its clock early finds the starts of its window gone", "src/store/sql_limits.cpp", "constexpr std::chrono::minutes kSlack{1};", "constexpr std::chrono::minutes kSlack{0};",
          unit(STORE, "StartsAreKeptForAClaim")),

    # --- schedules ---
    fault("slot-fires-after-move", "whoever comes second fires a later slot at once", "src/store/sql_store_schedules.cpp", "AND revision = $2 AND next_slot = $3 AND", "AND revision = $2 AND next_slot >= $3 AND",
          unit(STORE, "TwoClocksDoNotFireTwoSlotsForTheSameMissedOnes")),
    fault("slot-noted-and-fired", "a slot that has fired fires again after its schedule was changed", "src/store/sql_store_schedules.cpp", "if (!noted) return false;", "if (!noted && firing.missed < 0) return false;",
          unit(STORE, "ASlotThatWasFiredIsNeverFiredAgain")),

    # --- the same thing twice ---
    fault("idempotency-of-any-request", "a key answers another request with the first one's image", "src/store/sql_store_images.cpp", "if (first.text(0) != key.request_sha256)", "if (first.text(0).empty())",
          unit(STORE, "AKeyForAnotherRequestIsAMismatch")),
    fault("dry-run-counts-more", "a dry run counts jobs that the change leaves alone", "src/store/sql_selection.cpp", "other_than_ = move->priority;", "(void)move;",
          unit(STORE, "ADryRunCountsWhatARunThenChanges")),
    fault("batch-ends-twice", "a batch tells its end twice", "src/store/sql_store_batches.cpp",
          [("AND sealed_at IS NOT NULL AND completed_at IS NULL /*FOR UPDATE*/", "AND sealed_at IS NOT NULL /*FOR UPDATE*/"), ("WHERE id = $1 AND completed_at IS NULL RETURNING id", "WHERE id = $1 RETURNING id")], None,
          unit(STORE, "ABatchThatManyFindDoneEndsOnce")),
    fault("quarantine-not-looked-at", "a new upload of a photo that crashed two runners is run", "src/store/sql_intake.cpp", "found->second >= domain::kCrashesUntilQuarantine", "found->second > domain::kCrashesUntilQuarantine",
          unit(STORE, "ANewUploadOfAQuarantinedContentIsTakenAndFailsAtOnce")),
    fault("quarantine-lets-wait", "what waits with a content that is quarantined goes on waiting", "src/store/sql_store_endings.cpp", "&& crashes >= domain::kCrashesUntilQuarantine)", "&& crashes > 1000 * domain::kCrashesUntilQuarantine)",
          unit(STORE, "TheSecondCrashEndsAllThatWaitsWithThisContent")),
    fault("quarantine-not-seen-by-claims", "what waits with a quarantined content crashes a runner each", "src/store/sql_claims.cpp", "if (candidate.content_crashes >= domain::kCrashesUntilQuarantine)", "if (candidate.content_crashes > 1000 * domain::kCrashesUntilQuarantine)",
          unit(STORE, "OfManyThatWaitWithAQuarantinedContentNoneStarts")),
    fault("retries-come-together", "what failed together is tried again at one moment", "src/store/sql_store_endings.cpp", "of_queue, at, random_share());", "of_queue, at, 0);",
          unit(STORE, "RetriesOfTheSameMomentAreSpread")),
    fault("supersede-off", "an older result is delivered after a newer one", "src/store/sql_deliveries.cpp", "if (!old.empty()) transaction.post_rows(kSupersede, old);", "",
          unit(STORE, "ANewerResultSupersedesOneThatWaits")),

    # --- cancel ---
    fault("cancel-before-the-run", "what is cancelled between its claim and its run holds its slot until the next heartbeat", "src/worker/worker.cpp", "if (gone_.has(job.public_id) || gone_.has(job.image)) bench.abandon();", "if (gone_.has(job.public_id) || gone_.has(job.image)) return;",
          unit("worker_test", "ACancelBetweenTheClaimAndTheRun", "ADeletionBetweenTheClaimAndTheRun")),
    fault("cancel-not-heard", "a cancelled job holds its slot until the next heartbeat", "src/roles/working.cpp", 'if (event.job && event.type == "job.cancelled") worker_->call_off(*event.job);', "",
          system("test_actions.py", "frees_its_slot")),
]
