"""Faults of what nobody asks for: clocks, leases, what falls due, batches that are left, machines that are watched or away."""
from fault import fault, system, unit

STORE, SCHEDULER, UPKEEP = "store_test", "scheduler_test", "test_upkeep.py"
NODES, LOOPS, BATCHES = "src/store/sql_store_nodes.cpp", "src/roles/upkeep.cpp", "src/store/sql_store_batches.cpp"

FAULTS = [
    # --- clocks ---
    fault("due-by-own-clock", "one machine with a wrong clock fires, ends and promotes everything", LOOPS, "return store.clock(clock.now());", "return clock.now();", system("test_wrong_clock.py")),
    fault("removes-by-own-clock", "one machine with a wrong clock removes photos of today", "src/scheduler/run_maintenance.cpp", "store_.clock(clock_.now()), stop)", "clock_.now(), stop)",
          unit(SCHEDULER, "WhatIsOldIsSaidByTheClockOfTheServer")),
    fault("expires-by-own-clock", "a claimer with a wrong clock ends what it meets", "src/store/sql_claims.cpp", "    if (!clock_) clock_ = rows.front().optional_time(kClockColumn);\n", "",
          unit(STORE, "AClaimerWithAWrongClockEndsNothing", "WhatHappenedIsToldBy")),
    fault("retry-by-own-clock", "a worker with a wrong clock lets its retries wait for a year", "src/store/sql_store_endings.cpp", "held.clock.value_or(finisher->now)", "finisher->now", unit(STORE, "ARetryWaitsByTheServers")),
    fault("retries-stay-ahead", "a clock that was ahead for a moment lets its retries wait for a year", "src/scheduler/promote_due.cpp", "  if (!last_ || now < *last_) pull_back_retries(now);\n", "", unit(SCHEDULER, "LetsNoRetryWait")),
    fault("taken-in-by-own-clock", "what is sent for later starts at once, or waits longer", "src/store/sql_intake.cpp", "intake->now = found.clock.value_or(intake->now);", "(void)intake;", unit(STORE, "APhotoIsDueByTheServers")),
    fault("delayed-by-own-clock", "a delay is counted from one clock and ended by another", "src/api/upload_fields.cpp", "parts.store.clock(parts.clock.now())", "parts.clock.now()", system("test_wrong_clock.py")),
    fault("keys-by-own-clock", "a photo is taken in twice since a machine with a wrong clock forgot its key", "src/store/sql_store_images.cpp", "(SELECT COALESCE(/*CLOCK,*/ CAST($1", "(SELECT COALESCE(CAST($1",
          unit(STORE, "AKeyIsRememberedBeside")),
    fault("overdue-by-own-clock", "a claimer with a wrong clock takes what is not urgent", "src/store/sql_claims.cpp", "allowance.at - *allowance.ageing", "now_ - *allowance.ageing", unit(STORE, "NobodyIsOverdueBy")),
    fault("reports-by-own-clock", "a queue that works seems to stand still", "src/store/sql_store_queues.cpp", "Time at = connection.clock(now);", "Time at = now;", unit(STORE, "AReportIsOfTheServers")),
    fault("log-kept-by-one", "one event of a clock that was ahead keeps the log for a year", "src/store/sql_store_retention.cpp", "row.time(1) <= now;", "row.time(1) <= now + std::chrono::hours(24 * 1000);", unit(STORE, "EventsOfAClockThatWasAhead")),
    fault("rate-by-own-clock", "two clocks start twice the rate", "src/store/sql_limits.cpp", "allowance.at = transaction.clock(now);", "allowance.at = now;", unit(STORE, "ARateIsOneWhateverTheClocks")),
    fault("registered-by-own-clock", "a node with a wrong clock is never missed", NODES, "Time at = transaction.clock(now);\n    transaction.execute(kRegister", "Time at = now;\n    transaction.execute(kRegister",
          unit(STORE, "ABeatByAWrongClock")),
    fault("beat-by-own-clock", "a node with a wrong clock is lost, or never missed", NODES, "Time at = transaction.clock(now);\n    Beat beat;", "Time at = now;\n    Beat beat;", unit(STORE, "ABeatByAWrongClock")),
    fault("rescue-by-own-clock", "a node with a wrong clock takes the jobs of all others", NODES, "Time at = transaction.clock(now);\n    for (const Row& row : transaction.execute(kMarkLost",
          "Time at = now;\n    for (const Row& row : transaction.execute(kMarkLost", unit(STORE, "ARescueByAWrongClock")),
    fault("told-by-own-clock", "what a machine with a wrong clock does happened in another year, and a rate passes over the starts before it", "src/store/sql_rows.cpp",
          "events[i].at = given.clock.value_or(events[i].at);", "", unit(STORE, "AllThatIsToldIsToldBy"), unit(STORE, "ANewRateFindsTheStarts"), unit(STORE, "WhatAWebWithAWrongClockSends")),
    fault("sealed-by-own-clock", "a batch was completed in another year", BATCHES, "Time at = transaction.clock(now);\n    Rows sealed", "Time at = now;\n    Rows sealed", unit(STORE, "AllThatIsToldIsToldBy")),
    fault("tested-by-own-clock", "a test of an endpoint is sent in a year", "src/store/sql_store_endpoints.cpp", "Time at = transaction.clock(now);\n    DeliveryRecord", "Time at = now;\n    DeliveryRecord",
          unit(STORE, "WhatAWebWithAWrongClockSends")),
    fault("replayed-by-own-clock", "a replay is sent in a year", "src/store/sql_store_replays.cpp", "replay(transaction, public_id, actor, transaction.clock(now))", "replay(transaction, public_id, actor, now)",
          unit(STORE, "WhatAWebWithAWrongClockSends")),
    fault("settled-by-own-clock", "a sender with a wrong clock tries again in a year", "src/store/sql_store_deliveries.cpp", "held.front().optional_time(kDeliveryColumns).value_or(senders_now)", "senders_now",
          unit(STORE, "ASenderWithAWrongClock")),
    fault("looks-by-own-clock", "a sender whose clock is behind sends nothing", "src/store/sql_store_deliveries.cpp", "claimed.at = connection.clock(now);", "claimed.at = now;", unit(STORE, "ASenderWithAWrongClock")),
    fault("holds-by-own-clock", "a sender with a wrong clock calls whoever asked for time", "src/store/sql_store_deliveries.cpp", "(kForgetHolds, {transaction.clock(now)})", "(kForgetHolds, {now})", unit(STORE, "ASenderWithAWrongClock")),
    fault("pruned-by-own-clock", "a sender with a wrong clock forgets all deliveries", "src/delivery/deliver.cpp", "store_.clock(now) - config_.keep", "now - config_.keep", system("test_wrong_clock.py", "a_sender_with")),
    fault("slots-by-own-clock", "a schedule that is put by a wrong clock does not fire for a year", "src/api/schedules.cpp", "return parts.store.clock(parts.clock.now());", "return parts.clock.now();", system("test_wrong_clock.py", "changes_nothing")),
    fault("keys-stay-old", "a photo is not taken in since its key was used long ago", "src/store/sql_store_images.cpp", '"WHERE idempotency_key.created_at < excluded.created_at - $5 RETURNING key"', '"WHERE idempotency_key.created_at < excluded.created_at - $5 - 604800000000 RETURNING key"',
          unit(STORE, "AKeyWhoseTimeIsOverIsFree")),
    fault("schedule-stays-ahead", "a schedule that a wrong clock moved on fires no more for a year", "src/scheduler/fire_schedules.cpp", "store_.list_schedules()) set_back_if_ahead(schedule, now);", "store_.list_schedules()) (void)schedule;",
          unit(SCHEDULER, "AClockThatIsPutForwardAndBack")),

    # --- leases ---
    fault("late-without-end", "a job runs on here and elsewhere when no beat comes through", "src/worker/lease_keeper.cpp", 'if (worker_) watch_.emplace("lease_time", [this] { return look_at_time(); });', "",
          unit("worker_test", "WhatRunsIsCalledOffBeforeALease", "WhatRunsIsCalledOffAlsoWhileABeatHangs")),
    fault("beat-behind-others", "ten clients that wait for a lock cost a node its lease", NODES, "return database_->write_apart([&](Transaction& transaction) {\n    Time at = transaction.clock(now);\n    Beat beat;",
          "return database_->write([&](Transaction& transaction) {\n    Time at = transaction.clock(now);\n    Beat beat;", unit(STORE, "ThoseWhoWaitForALock")),

    fault("nodes-for-ever", "each start of the one process leaves a row for ever", "src/store/sql_store_endings.cpp", "    forget_nodes(transaction, now);\n", "", unit(STORE, "ForgetsTheNodesOfLongAgo")),

    # --- photos that go ---
    fault("unlinked-with-an-image", "a removal that was overtaken takes the file of a photo that has come back", "src/store/sql_store_images.cpp", "if (unused) unlink();", "unlink();",
          unit(SCHEDULER, "ARemovalThatWasOvertaken"), unit(STORE, "AContentIsRemovedOnlyWhile")),
    fault("unlinked-without-a-lock", "a photo is told to be safe whose file another process unlinks", "src/store/sql_store_images.cpp",
          "  lock_contents(transaction, {sha256});\n  return", "  return", unit(STORE, "NoImageIsMadeOfAContent")),
    fault("removed-in-one-folder", "a deleted photo stays with the process that took it in", "src/store/sql_store_images.cpp", "if (unused && !noted.empty()) transaction", "if (false) transaction",
          unit(STORE, "AContentIsRemovedFromEachFolder")),
    fault("sweep-by-notes", "another process uses up what a sweep found in its own folder", "src/scheduler/sweep_blobs.cpp", "  std::int64_t removed = 0;\n",
          "  store_.note_unused_blobs(orphans, now);\n  std::int64_t removed = 0;\n", unit(SCHEDULER, "RemovesByItselfAndCounts")),

    # --- what falls due ---
    fault("schedules-never-looked-at", "no schedule fires in the real program", LOOPS, "task = scheduler::FireSchedules({}, store)]() mutable { return task.run_once(now()); }", "task = scheduler::FireSchedules({}, store)]() mutable { return Duration(std::chrono::hours(1)); }",
          system(UPKEEP, "a_schedule_fires_by_itself")),
    fault("batches-never-looked-at", "a batch whose two last jobs ended together never completes", LOOPS, "    store.complete_batches(now());\n", "", system(UPKEEP, "completed_by_whoever_looks")),
    fault("retention-not-read", "the retention of the settings removes nothing", LOOPS, "prune_(ground.config.retention, ", "prune_({}, ", system(UPKEEP, "retention_of_the_settings")),
    fault("half-filled-for-ever", "a batch whose process was killed while it filled it never ends", BATCHES, "  for (const Row& row : left) (void)seal_batch(", "  for (const Row& row : Rows()) (void)seal_batch(",
          unit(STORE, "WhatAProcessThatIsGoneWasFillingIsSealed"), system("test_crash_points.py", "while_it_fills_a_batch_the_batch_ends")),
    fault("sealed-while-filled", "a process that was silent for a lease has the batch sealed that it fills", BATCHES, "OR node.lost_at > $1)", "OR node.lost_at > $1 + 1000000000000)", unit(STORE, "ThatWasSilentForALeaseStaysOpen")),
    fault("filled-by-nobody", "a batch is sealed while it is being filled", "src/api/batches.cpp", 'wanted->images ? parts.config.node : ""', 'wanted->images ? "" : parts.config.node', system("test_crash_points.py", "while_it_fills_a_batch_the_batch_ends")),
    fault("refused-half-filled", "a batch that could not be filled stays open", "src/api/batches.cpp", "    (void)parts.store.seal_batch(batch.public_id, actor, parts.clock.now());  // what", "    // what", system("test_crash_points.py", "an_error_while_it_fills")),

    fault("cancelled-prune-goes-on", "a prune that was cancelled deletes photos to its end", LOOPS,
          [("      for (auto& place : maintenance_) place->call_off(*event.job);\n", ""), ("    for (auto& place : maintenance_) place->look_whether_ours();\n", "")], None,
          system(UPKEEP, "cancelled_while_it_runs")),
    fault("cancelled-elsewhere", "a prune that was cancelled goes on where the news did not arrive", "src/scheduler/run_maintenance.cpp", "job->node != config_.node) call_off(public_id);", "job->node != config_.node) return;",
          unit(SCHEDULER, "NoLongerOursIsToldToStop")),

    fault("alerts-behind-a-prune", "a prune of an hour keeps the alerts silent for an hour", "src/domain/maintenance.h", "return lane_of(kMaintenanceQueue, kind);", 'return lane_of(kMaintenanceQueue, kind.substr(0, 0));',
          unit(SCHEDULER, "OneKindDoesNotHoldUpAnother")),
    fault("crossing-kept", "an alert of a long queue counts the minutes in which it was short", "src/store/sql_store_maintenance.cpp", "else transaction.execute(kUncross, {name});", "", unit(SCHEDULER, "JudgeByOneMemory")),

    fault("old-labels", "a photo that was repaired is found by what its old result had found", "src/store/sql_store_maintenance.cpp", "newest, labels_of_result(transaction.connection, found.newest_result), now}", 'newest, "", now}',
          unit(STORE, "FoundByTheLabelsOfTheResultThatItShows")),

    # --- machines ---
    fault("machine-of-nobody", "a machine that is well ends what another one says of itself", "src/scheduler/watch_machine.h", "judge_alert(store_, {name, node_, crossed", 'judge_alert(store_, {name, "", crossed', unit(SCHEDULER, "AMachineThatIsWellEndsNoAlert")),
    fault("machine-unwatched", "no process looks at its own machine", LOOPS, "    watch_machine_.run_once(now());\n", "", system(UPKEEP, "watches_its_own_machine")),
    fault("gone-machine-stands", "the alert of a machine that is gone stands for ever", "src/scheduler/watch_resources.cpp", "  end_alerts_of_the_gone(now);\n", "", unit(SCHEDULER, "AMachineThatIsWellEndsNoAlert")),
    fault("away-costs-attempts", "a machine that is away for minutes fails its photos for good", "src/domain/job_rules.cpp", "next.refund_attempt = true;\n    return next;", "return next;", unit("domain_test", "WhatIsPutOffWaits")),
    fault("away-is-missing", "a photo whose machine is away counts as broken", "src/peer/fetched_photos.cpp", "if (unreachable) throw blob::Unreachable(*unreachable);", "if (unreachable) throw std::runtime_error(*unreachable);",
          system("test_many_processes.py", "that_is_away_wait_for_it")),
    fault("drop-by-drop", "a process that sends a photo drop by drop holds a slot for hours", "src/peer/fetched_photos.cpp", "  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(config.piece_timeout.count()));\n", "",
          unit("api_test", "SendsDropByDropIsAsGoodAsNone")),
    fault("fetch-not-called-off", "a cancelled job holds its slot until its photo has arrived", "src/peer/fetched_photos.cpp", "  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);\n", "", unit("api_test", "AFetchThatNobodyWaitsForEnds")),
    fault("fetch-out-of-reach", "calling a run off does not reach its photo", "src/worker/bench.cpp", "  stop_.request_stop();\n", "", unit("worker_test", "WhosePhotoIsStillOnItsWay")),
    fault("away-is-forgotten", "a machine that was away for two days is not asked for its photos", NODES, "kKeptWithPhotos{7 * 24};", "kKeptWithPhotos{24};", unit(STORE, "ThePeersOfANode")),
    fault("lost-as-stopped", "a lost worker counts as stopped in good order once its jobs were given to others, and is no alert", "src/store/sql_store_nodes.cpp",
          "UPDATE node SET state = 'stopped', lost_at = $1 WHERE", "UPDATE node SET state = 'stopped', lost_at = NULL WHERE CAST($1 AS BIGINT) IS NOT NULL AND",
          unit("store_test", "ALostNodeIsToldOnce"), unit("scheduler_test", "WatchMissesAWorker")),
    fault("replaced-by-any", "a worker that was started on another host ends the alert of a lost one", "src/scheduler/watch_resources.cpp",
          " && without_process(other.name) == without_process(lost.name);", " && without_process(other.name) != without_process(other.name + lost.name);", unit("scheduler_test", "WatchKnowsAWorkerThatWasStartedAgain")),
]
