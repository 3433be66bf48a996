"""Faults of what is chosen and counted: the limits of one queue, the conditions of a filter, what a new job is given, estimates; and of what nobody is told of."""
from fault import fault, system, unit

LIMITS, CLAIMS, INSIGHT, CLEAN_UP = "src/store/sql_limits.cpp", "src/store/sql_claims.cpp", "src/store/sql_store_insight.cpp", "src/scheduler/clean_up.cpp"
FIELDS, COMMANDS, UPKEEP = "src/api/body_fields.cpp", "src/cli/acting_commands.cpp", "src/roles/upkeep.cpp"
EACH_CONDITION = system("test_actions.py", "each_condition")
OTHER_MODEL = system("test_actions.py", "another_model_by_whatever_way")
STORE = "store_test"

FAULTS = [
    # --- limits ---
    fault("rate-counts-all-queues", "what another queue starts uses up a queue's rate", LIMITS, "FROM queue_start WHERE queue = $1 AND at > $2 AND at <= $3", "FROM queue_start WHERE $1 <> '' AND at > $2 AND at <= $3",
          unit(STORE, "ARateCountsAndForgets")),
    fault("concurrency-counts-all", "what runs of another queue uses up a queue's concurrency", LIMITS, "FROM job WHERE state = 'running' AND queue = $1", "FROM job WHERE state = 'running' AND $1 <> ''",
          unit(STORE, "ConcurrencyCountsWhatRuns")),
    fault("starts-of-others-dropped", "a rate is exceeded, since a shorter window of another queue drops its starts", LIMITS, "FROM queue_start WHERE queue = $1 AND at <= $2", "FROM queue_start WHERE $1 <> '' AND at <= $2",
          unit(STORE, "ARateCountsAndForgets")),
    fault("rate-begins-anew", "a rate is exceeded, since that of another queue was taken away", LIMITS, 'FROM queue_start WHERE queue = $1";', 'FROM queue_start WHERE $1 <> \'\'";', unit(STORE, "ARateCountsAndForgets")),
    fault("log-of-all-queues", "a new rate counts what other queues have started", LIMITS, "AND (job.queue = $1 OR job.id IS NULL)", "AND ($1 <> '' OR job.id IS NULL)", unit(STORE, "CountsTheStartsOfItsOwnQueueAlone")),
    fault("future-starts-count", "a queue starts nothing for as long as a clock was ahead", LIMITS, "at > $2 AND at <= $3", "at > $2 AND (at <= $3 OR $3 > 0)", unit(STORE, "StartsOfAClockThatWasFarAhead")),
    fault("ageing-counts-on", "ageing that is switched on again takes the least urgent job first", LIMITS, "if (old.ageing.has_value() != fresh.ageing.has_value()) forget_starts(transaction, queue);", "",
          unit(STORE, "AgeingThatIsSwitchedOnAgain")),
    fault("retries-of-the-server", "a job that is made again has not the retries of its queue", "src/store/sql_new_jobs.cpp", "COALESCE((SELECT max_retries + 1 FROM queue WHERE name = $4), CAST($12 AS BIGINT))",
          "COALESCE(CAST($12 AS BIGINT), (SELECT max_retries + 1 FROM queue WHERE name = $4))", unit(STORE, "AJobThatIsMadeAgain")),
    fault("retry-flags-swapped", "a command sets the delay where it was told the number of retries", "src/cli/command_line.cpp", [
        ('"--max-retries", "max_retries",', '"--max-retries", "first_retry_seconds",'), ('"--first-retry", "first_retry_seconds",', '"--first-retry", "max_retries",')], None,
          system("test_queues.py", "commands_show_and_steer")),
    fault("turns-ignored-under-a-rate", "under a rate one owner's photos bury another's", CLAIMS, "ORDER BY job.priority DESC, job.rank, job.id LIMIT $3", "ORDER BY job.priority DESC, job.id LIMIT $3",
          unit(STORE, "OwnersTakeTurnsAlsoInAClaimOfAsMany")),
    fault("turns-ignored-by-ageing", "what waits too long starts in the order of arrival, and not of turns", "src/store/sql_ageing.cpp", "ORDER BY head.rank, head.id LIMIT 1)", "ORDER BY head.id LIMIT 1)",
          unit(STORE, "TheHeadOfALevelIsWhoseTurnItIs")),
    fault("all-expired-in-one-go", "other writes wait until a claim is through with all that has expired", CLAIMS, "constexpr int kMostEnded = 200;", "constexpr int kMostEnded = 1'000'000;", unit(STORE, "LeavesSomeToTheNext")),
    fault("skipped-for-another", "a schedule is skipped for a job that does something else", "src/store/sql_store_schedules.cpp", "lane = $1 AND args = $2 AND", "lane = $1 AND $2 <> '' AND", unit(STORE, "ASlotIsNotSkippedForAJob")),

    # --- what is reported and estimated ---
    fault("all-scheduled-reported", "a queue's report counts what other queues have scheduled", "src/store/sql_store_queues.cpp", "WHERE state = 'scheduled' AND queue = $1", "WHERE state = 'scheduled' AND $1 <> ''",
          unit(STORE, "WhatWaitsAndRunsInOneQueue")),
    fault("all-running-reported", "a queue's report counts what runs of other queues", "src/store/sql_store_queues.cpp", "WHERE state = 'running' AND queue = $1", "WHERE state = 'running' AND $1 <> ''",
          unit(STORE, "WhatWaitsAndRunsInOneQueue")),
    fault("held-back-by-others", "a photo is said to wait for what runs of another queue", INSIGHT, "WHERE state = 'running' AND queue = $1", "WHERE state = 'running' AND $1 <> ''", unit(STORE, "WhatWaitsAndRunsInOneQueue")),
    fault("middle-for-slowest", "the slowest runs are reported as quick as those of the middle", "src/store/sql_store_queues.cpp", "return Spread{at(50), at(95)};", "return Spread{at(50), at(50)};", unit(STORE, "TheMiddleOfTheRuns")),
    fault("estimate-of-all-models", "runs of a slow model put off the estimate of a quick one", INSIGHT, "row.text(0) != line.lane || ", "", unit(STORE, "OnlyRunsOfTheModel")),
    fault("estimate-of-cancelled", "runs that were cancelled put off the estimate", INSIGHT, ' || row.text(4) == "cancelled") continue;', ") continue;", unit(STORE, "OnlyRunsOfTheModel")),
    fault("estimate-beyond-concurrency", "a start is promised as if all slots worked for a queue that lets one job run", INSIGHT, "queue.settings.concurrency ? std::min(slots, *queue.settings.concurrency) : slots", "slots",
          unit(STORE, "NoMoreSlotsAreReckoned")),
    fault("rate-from-the-newest", "under a rate the first start is promised for when the last one can be made", INSIGHT, "{queue.starts.rbegin(), queue.starts.rend()}", "queue.starts",
          unit(STORE, "TheOldestOfItsStartsMakesRoom")),
    fault("room-by-the-newest", "the next start under a rate is said to be possible a window after the last one", INSIGHT, "queue.starts[static_cast<std::size_t>(s.rate->starts) - 1]", "queue.starts.front()",
          unit(STORE, "TheOldestOfItsStartsMakesRoom")),
    fault("estimate-of-the-oldest", "a start is estimated from the oldest runs that are known", INSIGHT, '"ORDER BY finished_at DESC LIMIT $2"', '"ORDER BY finished_at LIMIT $2"', unit(STORE, "TheNewestRunsSay")),
    fault("report-of-the-oldest", "a queue reports how long its oldest runs took", "src/store/sql_store_queues.cpp", 'finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT $2"', 'finished_at IS NOT NULL ORDER BY finished_at LIMIT $2"',
          unit(STORE, "TheNewestRunsSay")),
    fault("estimate-of-old-settings", "a limit that is gone puts off the estimate", INSIGHT, "std::max(lane.servers.steady_since, queue.settled_at)", "lane.servers.steady_since", unit(STORE, "WhatTheSettingsWere")),
    fault("lost-worker-shares", "no start is estimated, since a worker that is lost had another model as well", INSIGHT, "bool takes_work = is_alive(node) && node.state", "bool takes_work = node.state",
          unit(STORE, "AWorkerThatIsLostSharesItsSlots")),

    # --- which jobs, and what they get ---
    fault("batch-ignored", "a cancel of one batch cancels everything", "src/store/sql_selection.cpp", "found.empty() ? nothing_ = true : (batch_ = found.front().integer(0)).has_value();", "if (found.empty()) nothing_ = true;",
          unit(STORE, "ABatchIsOneOfTheConditions")),
    fault("queue-unread", "a cancel in one queue is one in all", FIELDS, 'std::pair("queue", &filter.queue), ', "", EACH_CONDITION),
    fault("model-unread", "a cancel of one model is one of all", FIELDS, 'std::pair("model", &filter.model), ', "", EACH_CONDITION),
    fault("times-unread", "a cancel of what was made in one hour is one of all that there is", FIELDS, 'std::pair("created_from", &filter.created_from), std::pair("created_before", &filter.created_before), ', "", EACH_CONDITION),
    fault("batch-for-owner", "a command that is given a batch looks for an owner of that name", COMMANDS, 'condition("--batch", "batch",', 'condition("--batch", "owner",', EACH_CONDITION),
    fault("retry-of-everything", "a retry without a state runs again what has completed", "src/api/jobs_actions.cpp", "  if (std::holds_alternative<store::Retry>(action)) return {JobState::failed};\n", "",
          system("test_actions.py", "a_retry_by_conditions")),
    fault("jobs-with-the-old-model", "jobs that are to get another model get their old one", "src/api/jobs_actions.cpp", "store::Reprocess{.model = *model,", "store::Reprocess{.model = std::nullopt,", OTHER_MODEL),
    fault("images-with-the-old-model", "images that are to get another model get their old one", "src/api/images_actions.cpp", "store::Reprocess{.model = *model,", "store::Reprocess{.model = std::nullopt,", OTHER_MODEL),
    fault("batch-with-the-old-model", "a batch with another model has the old one", "src/api/batches.cpp", "{.model = *model,", "{.model = std::nullopt,", OTHER_MODEL),

    # --- leases, and what is left behind ---
    fault("never-registers-again", "a worker that stood still past its lease is lost for good", "src/worker/lease_keeper.cpp", "    store_.register_node(node_, config_.lease, clock_.now(), store::Begins::long_ago);\n  }\n  for", "  }\n  for",
          unit("worker_test", "ANodeThatWasGivenUp"), system("test_lost_workers.py", "stood_still_past_its_lease")),
    fault("cleanup-takes-nothing-back", "the cleanup leaves a job running whose node nobody knows", CLEAN_UP, "if (store_.is_shared()) made_.rescued +=", "if (false) made_.rescued +=", unit("scheduler_test", "CleanUpAlsoTakesBack")),
    fault("cleanup-leaves-batches", "the cleanup leaves a batch open whose jobs are done", CLEAN_UP, "  made_.batches += store_.complete_batches(now);\n", "", unit("scheduler_test", "CleanUpCountsWhatItRepairs")),
    fault("cleanup-tells-nothing", "the cleanup repairs and says that all was well", CLEAN_UP, "    made_.repairs += stretch.repairs;\n", "", unit("scheduler_test", "CleanUpCountsWhatItRepairs")),

    fault("cleanup-begins-anew", "the cleanup of a large store never comes to its end", CLEAN_UP, "after = next.value_or(Cursor{});", "after = i + 1 < most ? next.value_or(Cursor{}) : Cursor{};",
          unit("scheduler_test", "CleanUpGoesOnWhereItLeftOff")),

    # --- what nobody is told of ---
    fault("slot-not-told", "a photo waits for a second beside a free slot", "src/roles/working.cpp", "  if (work) worker_->wake();\n", "", system("test_wake_ups.py", "is_told_of_a_photo")),
    fault("retry-not-told", "a retry waits for seconds beyond its time", UPKEEP, '    if (event.type == "job.retry_scheduled") promote_->wake();\n', "", system("test_wake_ups.py", "a_retry_starts")),
    fault("delay-not-told", "a job for later waits for seconds beyond its time", UPKEEP, '      if (event.data.find("run_at") != std::string::npos) promote_->wake();\n', "", system("test_wake_ups.py", "a_job_for_later")),
    fault("delivery-not-told", "a receiver is called a second late", "src/roles/app.cpp", "  if (telling_) telling_->hear(events);\n", "", system("test_wake_ups.py", "a_receiver_is_told")),
    fault("chore-not-told", "maintenance that is asked for waits for seconds", UPKEEP, "      if (!event.image) wake_maintenance();\n", "", system("test_wake_ups.py", "maintenance_that_is_asked_for")),
    fault("resume-not-told", "maintenance waits for seconds after its queue was resumed", UPKEEP, 'event.type == "queue.resumed" ||', "", system("test_wake_ups.py", "maintenance_goes_on")),
    fault("expiry-not-told", "a job expires seconds after its time", UPKEEP, '      if (event.data.find("expires_at") != std::string::npos) expire_->wake();\n', "", system("test_wake_ups.py", "a_job_expires")),
    fault("slots-look-seldom", "a start that a rate has put off waits until somebody happens to be told of something", "src/worker/worker.cpp", "constexpr std::chrono::seconds kLookAgain{1};", "constexpr std::chrono::seconds kLookAgain{15};",
          system("test_wake_ups.py", "a_rate_has_put_off")),
]
