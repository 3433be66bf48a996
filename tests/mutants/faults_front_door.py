"""Faults of the front door: who is let in, what is taken from the network, what is said to whom, and what is called."""
from fault import fault, system, unit

GUARD = "src/delivery/guard.cpp"
DUE = "delivery.target = $1 AND delivery.due_at <= $2 AND NOT EXISTS"

FAULTS = [
    # --- who is let in ---
    fault("route-without-rule", "anybody makes an endpoint for webhooks", "src/api/routes.cpp", '{Method::post, "/api/v1/endpoints", kAdmin,', '{Method::post, "/api/v1/endpoints", kPublic,',
          unit("api_test", "TheseRoutesAndNoOthersAreOpenToAnybody"), system("test_access.py", "every_cell")),
    fault("rule-too-wide", "a viewer pauses queues", "src/api/rules.cpp", "Rule{kQueues, kOperators,", "Rule{kQueues, kReaders,", unit("api_test", "LetsInTheRolesOfTheRule"), system("test_access.py", "every_cell")),
    fault("list-of-all-owners", "an uploader lists everybody's events", "src/api/events.cpp", "owner_seen_by(request), sees_audit(request))", "std::nullopt, true)", system("test_access.py", "lists_and_quota_of_an_uploader")),
    fault("audit-for-all", "the event log tells viewers of log-ins", "src/api/events.cpp", "sees_audit(request))", "true)", system("test_access.py", "tells_of_accounts_to_administrators_only")),
    fault("stream-for-ever", "a stream outlives its reader's token", "src/api/event_stream.cpp", "if (!still_known(seen)) return {.ended = true};", "", system("test_event_stream.py", "may_not_read_any_more")),
    fault("old-number-told", "a site hears of a photo whose number another one took", "src/store/sql_store_deliveries.cpp", '"OR EXISTS (SELECT 1 " DARKROOM_NUMBER_IS_ANOTHERS "))";', '")";', unit("store_test", "NotSentAgainWhileTheNewOneWaits")),
    fault("stream-of-all-owners", "an uploader hears of everybody's events", "src/api/event_stream.cpp", "wanted.owner = owner_seen_by(request);", "", system("test_event_stream.py", "its_own_photos_only")),
    fault("scope-ignored", "a token that may only read pauses queues", "src/api/guard.cpp", "if (!auth::covers(request.caller.scopes, rule.scope))", "if (request.caller.scopes.empty())",
          system("test_access.py", "a_token_has_the_scopes")),
    fault("token-after-its-end", "a token works after it has expired", "src/api/guard.cpp", " || (found->token.expires_at && *found->token.expires_at <= now)) return not_valid();", ") return not_valid();",
          system("test_access.py", "credentials_that_are_of_no_use")),
    fault("disabled-user-lives", "the token of a disabled user works", "src/api/guard.cpp", "if (!found || found->account.disabled_at || (found->token", "if (!found || (found->token", system("test_access.py", "credentials_that_are_of_no_use")),
    fault("session-after-log-out", "a stolen cookie works after the log-out", "src/api/sessions.cpp",
          'auto ended = parts.store.end_session(request.caller.credential_id, request.caller.name, actor_of(request, "log-out"), parts.clock.now());\n  if (!ended) return problem(ended.error());\n', "",
          system("test_access.py", "a_stolen_cookie")),
    fault("session-never-idle", "a session lives on however long nobody used it", "src/api/guard.cpp", " || now - found->session.seen_at > parts.access.session_idle;", ";", unit("api_test", "ASessionEndsAtItsTimeAndWhenNobodyUsesIt")),
    fault("session-never-ends", "a session lives longer than session_longest", "src/api/guard.cpp", "found->account.disabled_at || found->session.expires_at <= now ||", "found->account.disabled_at ||", unit("api_test", "ASessionEndsAtItsTimeAndWhenNobodyUsesIt")),
    fault("csrf-unchecked", "a page of another site acts with the visitor's cookie", "src/api/guard.cpp", "if (auto same = check_same_site(request, secret); !same) return problem(same.error());", "",
          system("test_access.py", "a_cookie_alone")),
    fault("csrf-origin-unchecked", "a page of another site acts with a token that it got", "src/api/cookies.cpp", "if (auto right = check_origin(request); !right) return right;", "", system("test_access.py", "a_cookie_alone")),
    fault("log-in-from-anywhere", "a page of another site logs its visitor in as somebody else", "src/api/sessions.cpp", "if (auto origin = check_origin(request); !origin) return problem(origin.error());", "",
          system("test_access.py", "logs_nobody_in")),
    fault("guessing-unslowed", "passwords can be guessed as fast as they come", "src/api/sessions.cpp", "if (auto* later = std::get_if<LogInGate::TryLater>(&tried)) return try_later(later->wait);\n  if (auto* wrong = std::get_if<LogInGate::Wrong>(&tried)) return refuse_log_in(parts, request, *wrong);\n  return begin_session",
          "if (std::get_if<LogInGate::TryLater>(&tried)) return refuse_log_in(parts, request, {});\n  if (auto* wrong = std::get_if<LogInGate::Wrong>(&tried)) return refuse_log_in(parts, request, *wrong);\n  return begin_session",
          system("test_access.py", "guessing")),
    fault("cookie-for-scripts", "a script of the page reads the session's cookie", "src/api/cookies.cpp", '"; Path=/; HttpOnly; SameSite=Lax"; }', '"; Path=/; SameSite=Lax"; }', system("test_access.py", "logs_nobody_in")),
    fault("secret-in-log", "a session's secret stands in the log", "src/api/sessions.cpp", 'put a proxy with TLS in front", {{"user", account.name}});', 'put a proxy with TLS in front", {{"user", account.name}, {"sid", secret}});',
          system("test_access.py", "no_secret_is_anywhere")),

    fault("bucket-by-spelling", "a token has as many requests more as there are ways to write it", "src/api/rate_limit.cpp", 'return "token " + request.caller.credential_id;', 'return "token " + std::string(request.header("authorization"));',
          system("test_find_images.py", "one_bucket")),
    fault("token-outlived", "a token that ends makes one that does not", "src/api/tokens.cpp", "if (!maker.ends_at || (wanted && *wanted <= *maker.ends_at)) return wanted;", "return wanted;", system("test_access.py", "outlives_it")),

    # --- what is asked and answered ---
    fault("if-match-ignored", "a change overwrites what somebody else has changed meanwhile", "src/api/images.cpp", "return names_tag(expected, tag_of(image));", "return !expected.empty() || names_tag(expected, tag_of(image));",
          system("test_find_images.py", "unless_somebody_was_faster"), system("test_delete.py", "stale_tag")),
    fault("stream-one-too-late", "who comes back to the stream of events misses one", "src/api/event_stream.cpp", "after_ = wanted_.after.value_or(seen.newest);", "after_ = wanted_.after ? *wanted_.after + 1 : seen.newest;",
          system("test_event_stream.py", "nothing_is_missing")),
    fault("stream-one-twice", "who comes back to the stream of events hears one again", "src/api/event_stream.cpp", "after_ = wanted_.after.value_or(seen.newest);", "after_ = wanted_.after ? std::max<std::int64_t>(*wanted_.after - 1, 0) : seen.newest;",
          system("test_event_stream.py", "nothing_is_missing")),
    fault("about-without-korean", "what to do about an error is told in English only", "src/domain/error_texts.cpp", '"업로드하는 사용자의 사진 용량이 한도를 넘습니다. 일부를 지우거나 관리자에게 한도를 늘려 달라고 하세요."', '"Delete some photos."',
          unit("domain_test", "ErrorTexts")),
    fault("title-without-korean", "an error's title is English on the Korean page", "src/domain/error_texts.cpp", '"사용자의 저장 한도를 넘었습니다"', '"Over the quota"', unit("domain_test", "ErrorTexts")),
    fault("clamp-off-compat", "an old site's priority beyond the range is taken as it is", "src/compat/form.cpp", "static_cast<int>(std::clamp<std::int64_t>(number.value, domain::kLowestPriority, domain::kHighestPriority))", "static_cast<int>(number.value)",
          unit("compat_test", "APriorityBeyondTheQueuesIsClampedAndNeverRefused"), system("test_compat.py", "priority_beyond")),

    # --- what is called ---
    fault("guard-off", "a webhook calls an address of the own network", GUARD, 'return reach == Reach::open && !is_own ? "" : std::string("it ") + kNotCalled;', 'return reach != Reach::metadata || is_own ? "" : std::string("it ") + kNotCalled;',
          unit("delivery_test", "NoSpellingOfAForbiddenAddressReachesAListener"), system("test_webhooks.py", "forbidden_addresses")),
    fault("guard-metadata", "whoever configures a site reads the credentials of the machine's cloud", GUARD, 'if (reach == Reach::metadata) return std::string("it ") + kNotCalled;', "", unit("delivery_test", "MetadataAddressesAreNeverCalled")),
    fault("guard-isatap", "a private IPv6 address that ends as ISATAP of a public one is called", "src/delivery/address.cpp", "if (is_isatap(address)) return {address, carried(address, 12)};", "if (is_isatap(address)) return {carried(address, 12)};",
          unit("delivery_test", "NoSpellingOfAForbiddenAddressReachesAListener")),
    fault("guard-no-second-look", "a name that changes its address after the check is called", "src/delivery/sender.cpp", "if (!transfer.objection.empty()) return CURL_SOCKET_BAD;", "transfer.objection.clear();",
          unit("delivery_test", "ANameThatChangesItsAddressGainsNothing")),
    fault("guard-first-of-many", "a name with a forbidden address behind an open one is taken", GUARD, 'if (!objection(*to, address).empty()) return refused("The URL " + std::string(kNotCalled));', 'if (!objection(*to, address).empty()) return refused("The URL " + std::string(kNotCalled));\n    break;',
          unit("delivery_test", "ANameWithOneForbiddenAddressAmongOthersIsRefused")),
    fault("signature-without-time", "an old webhook can be sent again with a new time", "src/delivery/signature.cpp", 'std::string(id) + "." + std::to_string(timestamp) + "." + std::string(body)', 'std::string(id) + "." + std::to_string(timestamp > 0) + "." + std::string(body)',
          unit("delivery_test", "Signature"), system("test_webhooks.py", "documented_checks")),
    fault("old-secret-for-ever", "a secret that was replaced signs for ever", "src/delivery/deliver.cpp", "endpoint.old_secret_until > now)", "endpoint.old_secret_until > now - std::chrono::hours(24))",
          unit("delivery_test", "AReplacedSecretSignsUntilItsTimeAndNoLonger")),
    fault("told-before-due", "a delivery that waits goes out with another one that is due", "src/store/sql_store_deliveries.cpp", DUE, "delivery.target = $1 AND delivery.created_at <= $2 AND NOT EXISTS",
          unit("store_test", "ADeliveryThatIsDueTakesNoneAlongThatIsNot")),
    fault("delay-from-arrival", "the delay of an old site's callback begins before it has its answer", "src/api/compat_upload.cpp", "      callback.after_answer = parts_.config.compat.callback_delay;\n", "",
          system("test_compat.py", "however_long_that_takes")),
]
