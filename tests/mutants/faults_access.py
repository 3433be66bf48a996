"""Faults of what belongs to whom: uploads, credentials, sessions, secrets, names and batches of others, and what keeps a server's own people in or out."""
from fault import fault, system, unit

TOKENS, SESSIONS, SENDER, BATCHES = "src/api/tokens.cpp", "src/api/sessions.cpp", "src/api/sender.cpp", "src/api/batches.cpp"
OTHERS = "test_access_to_others.py"

FAULTS = [
    # --- what is another's ---
    fault("upload-of-another", "whoever may send reads, extends, completes and deletes the uploads of others", "src/api/uploads.cpp", "if (!upload || upload->owner != request.principal)", "if (!upload)",
          system("test_resumable_uploads.py", "as_one_that_is_not_there"), system("test_access.py", "every_cell")),
    fault("token-for-the-admin", "an uploader makes a token of the administrator's", TOKENS, 'if (*user && **user != request.caller.name && request.caller.role != "admin")', "if (false)", system(OTHERS, "credentials_of_others")),
    fault("tokens-of-all-listed", "an uploader lists everybody's tokens", TOKENS, 'if (whose != request.caller.name && request.caller.role != "admin")', "if (false)", system(OTHERS, "credentials_of_others")),
    fault("token-of-another-ended", "an uploader ends the administrator's tokens", TOKENS, 'whose = request.caller.role == "admin" ? std::nullopt : std::optional(request.caller.name);', "whose;",
          system(OTHERS, "credentials_of_others"), system("test_access.py", "every_cell")),
    fault("scope-from-nothing", "a token makes one that may do more", TOKENS, "if (!auth::covers(request.caller.scopes, each))", "if (false)", system(OTHERS, "no_scope_that_it_lacks")),
    fault("sessions-of-all-listed", "an uploader lists everybody's sessions", SESSIONS, 'if (whose != request.caller.name && request.caller.role != "admin")', "if (false)", system(OTHERS, "sessions_of_others")),
    fault("session-of-another-ended", "an uploader ends everybody's sessions", SESSIONS, 'whose = request.caller.role == "admin" ? std::nullopt : std::optional(request.caller.name);', "whose;",
          system(OTHERS, "sessions_of_others"), system("test_access.py", "every_cell")),
    fault("secret-of-a-site", "any token reads the secret of a site", "src/api/endpoints.cpp", "if (!administers(request)) return problem", "if (false) return problem", system("test_webhooks.py", "secrets_of_sites_and_of_others")),
    fault("secret-of-another", "any token reads the secret of another's", "src/api/endpoints.cpp", "auto own = administers(request) ? std::nullopt : std::optional(request.caller.name);", "std::optional<std::string> own;",
          system("test_webhooks.py", "secrets_of_sites_and_of_others")),
    fault("sent-in-anothers-name", "an uploader sends in another's name", SENDER, "if (image.owner != sender)", "if (false)", system(OTHERS, "in_its_own_name")),
    fault("sent-into-anothers-batch", "an uploader sends into another's batch", SENDER, "if (image.batch && (!batch || batch->owner != sender))", "if (image.batch && !batch)", system(OTHERS, "in_its_own_name")),
    fault("batch-of-others-images", "an uploader has everybody's photos processed again", BATCHES, "if (*images) (*images)->owner = request.principal;", "", system(OTHERS, "batches_of_its_own_images")),
    fault("batch-in-anothers-name", "an uploader makes a batch in another's name", BATCHES, "if (*owner && **owner != request.principal)", "if (false)", system(OTHERS, "batches_of_its_own_images")),
    fault("key-of-all", "who uses the key of another gets its photo as the answer", "src/api/upload.cpp", "store::IdempotencyKey{actor_.name, *key_,", 'store::IdempotencyKey{"", *key_,', system("test_idempotency.py", "the_same_key_of_another_caller")),

    # --- log-ins ---
    fault("old-session-lives", "the cookie from before a log-in goes on", SESSIONS, "if (found) (void)parts.store.end_session(", "if (false) (void)parts.store.end_session(", system("test_access.py", "the_session_that_came_along")),
    fault("own-password-weak", "a user chooses a password that everybody tries first", SESSIONS, "if (auto good = auth::check_password(**fresh, request.caller.name); !good)", "if (auto good = auth::check_password(**fresh, request.caller.name); !good && false)",
          system("test_access.py", "a_weak_password")),
    fault("given-password-weak", "an administrator gives a password that everybody tries first", "src/api/users.cpp", "if (auto good = auth::check_password(**text, name); !good)", "if (auto good = auth::check_password(**text, name); !good && false)",
          system("test_access.py", "a_weak_password")),
    fault("session-not-touched", "a session ends while it is used", "src/api/guard.cpp", "note_use(found->session.seen_at, now,", "note_use(now, now,", unit("api_test", "WhoeverUsesASessionKeepsIt")),
    fault("session-touch-lost", "a session ends while it is used, since its use is not stored", "src/store/sql_store_credentials.cpp", '"UPDATE session SET seen_at = $2 WHERE id = $1"', '"UPDATE session SET seen_at = seen_at WHERE id = $1 AND $2 > 0"',
          unit("store_test", "SessionsEndWithWhatTheyStandOn")),
    fault("token-use-unknown", "nobody sees whether a token is used", "src/api/guard.cpp", "note_use(found->token.used_at, now,", "note_use(now, now,", unit("api_test", "ATokenTellsWhenItWasLastUsed")),

    # --- uploads in pieces, and a start that was forgotten ---
    fault("uploads-never-expire", "an upload that was given up takes its room for ever", "src/api/resumable.cpp", "if (parts.resumable->files.remove(upload.id)) parts.store.forget_upload(upload.id);", "if (upload.id.empty()) parts.store.forget_upload(upload.id);", unit("api_test", "IsForgottenAfterItsTime")),
    fault("complete-uploads-unseen", "a photo that was complete at a crash is deleted when many uploads are open", "src/api/resumable.cpp", "      after = upload.id;\n", "      after = \"~\";\n",
          unit("api_test", "BecomesItsImageHoweverManyAreOpen")),
    fault("complete-uploads-expire", "a photo that was received is deleted when its client does not come back", "src/api/resumable.cpp", "if (upload.expires_at > now - kMoreForComplete && is_complete(parts, upload)) continue;", "if (upload.id.empty()) continue;",
          unit("api_test", "HasADayMoreToBecomeItsImage")),
    fault("asked-meanwhile", "who asks while another completes the upload is told that it is gone", "src/api/resumable.cpp", "  if (known && known->image) return *known->image;\n  if (!known || !has_bytes)", "  if (!known || !has_bytes)",
          unit("api_test", "AskedSideBySideEachIsTold")),
    fault("password-of-the-other", "a first start tells a password that another process has replaced", "src/roles/credentials.cpp", "if (made) log_in", "log_in", unit("roles_test", "OfTwoThatStartTogether")),
    fault("two-writers", "two requests write over each other in one upload", "src/blob/partial_files.cpp", "if (busy_.contains(id) || ::access(", "if (::access(", unit("blob_test", "OneWriterAtATime")),
    fault("stream-hides-a-gap", "who missed events that are gone is not told", "src/api/event_stream.cpp", "bool lost = seen.oldest > after_ + 1,", "bool lost = false,", system("test_event_stream.py", "kept_no_more")),
    fault("stop-works-on", "a server that was told to stop works on through its backlog", "src/worker/worker.cpp", "if (stop.stop_requested() || is_held() ||", "if (is_held() ||", unit("worker_test", "StoppingTakesNothingMoreIn")),
    fault("runners-not-niced", "the server does not answer while models work", "src/runner/process/zygote.cpp", "if (init_.nice != 0) ::setpriority(PRIO_PROCESS, 0, init_.nice);", "", system("test_runner_sandbox.py", "niced")),
    fault("files-not-raised", "a few hundred connections use up the files that the server may open", "src/http/listener.cpp", "limit.rlim_cur == limit.rlim_max) return;", "limit.rlim_max > 0) return;", system("test_edge.py", "file_limit")),
    fault("half-a-model-taken", "a model that is still being copied is taken as it is", "src/models/librarian_look.cpp", "    if (drop.changed == std::chrono::nanoseconds::max()) continue;\n", "", system("test_models_live.py", "still_grows")),
]
