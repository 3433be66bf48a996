"""Faults of the front door: who is let in, what is taken from the network, what is said to whom, and what is called."""
from fault import fault, system, unit

GUARD = "src/delivery/guard.cpp"
DUE = "delivery.target = $1 AND delivery.due_at <= $2 AND NOT EXISTS"

FAULTS = [
    # --- who is let in ---
    fault("session-never-idle", "a session lives on however long nobody used it", "src/api/guard.cpp", " || now - found->session.seen_at > parts.access.session_idle;", ";", unit("api_test", "ASessionEndsAtItsTimeAndWhenNobodyUsesIt")),
    fault("session-never-ends", "a session lives longer than session_longest", "src/api/guard.cpp", "found->account.disabled_at || found->session.expires_at <= now ||", "found->account.disabled_at ||", unit("api_test", "ASessionEndsAtItsTimeAndWhenNobodyUsesIt")),
    fault("log-in-from-anywhere", "a page of another site logs its visitor in as somebody else", "src/api/sessions.cpp", "if (auto origin = check_origin(request); !origin) return problem(origin.error());", "",
          system("test_access.py", "logs_nobody_in")),
    fault("cookie-for-scripts", "a script of the page reads the session's cookie", "src/api/cookies.cpp", '"; Path=/; HttpOnly; SameSite=Lax"; }', '"; Path=/; SameSite=Lax"; }', system("test_access.py", "logs_nobody_in")),

    # --- what is asked and answered ---
    fault("about-without-korean", "what to do about an error is told in English only", "src/domain/error_texts.cpp", '"업로드하는 사용자의 사진 용량이 한도를 넘습니다. 일부를 지우거나 관리자에게 한도를 늘려 달라고 하세요."', '"Delete some photos."',
          unit("domain_test", "ErrorTexts")),
    fault("title-without-korean", "an error's title is English on the Korean page", "src/domain/error_texts.cpp", '"사용자의 저장 한도를 넘었습니다"', '"Over the quota"', unit("domain_test", "ErrorTexts")),

    # --- what is called ---
    fault("guard-off", "a webhook calls an address of the own network", GUARD, 'return reach == Reach::open && !is_own ? "" : std::string("it ") + kNotCalled;', 'return reach != Reach::metadata || is_own ? "" : std::string("it ") + kNotCalled;',
          unit("delivery_test", "NoSpellingOfAForbiddenAddressReachesAListener"), system("test_webhooks.py", "forbidden_addresses")),
    fault("guard-no-second-look", "a name that changes its address after the check is called", "src/delivery/sender.cpp", "if (!transfer.objection.empty()) return CURL_SOCKET_BAD;", "transfer.objection.clear();",
          unit("delivery_test", "ANameThatChangesItsAddressGainsNothing")),
    fault("signature-without-time", "an old webhook can be sent again with a new time", "src/delivery/signature.cpp", 'std::string(id) + "." + std::to_string(timestamp) + "." + std::string(body)', 'std::string(id) + "." + std::to_string(timestamp > 0) + "." + std::string(body)',
          unit("delivery_test", "Signature"), system("test_webhooks.py", "documented_checks")),
    fault("old-secret-for-ever", "a secret that was replaced signs for ever", "src/delivery/deliver.cpp", "endpoint.old_secret_until > now)", "endpoint.old_secret_until > now - std::chrono::hours(24))",
          unit("delivery_test", "AReplacedSecretSignsUntilItsTimeAndNoLonger")),
    fault("told-before-due", "a delivery that waits goes out with another one that is due", "src/store/sql_store_deliveries.cpp", DUE, "delivery.target = $1 AND delivery.created_at <= $2 AND NOT EXISTS",
          unit("store_test", "ADeliveryThatIsDueTakesNoneAlongThatIsNot")),
]
