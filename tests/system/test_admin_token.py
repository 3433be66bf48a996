"""The administrator's token: made once, replaced by DARKROOM_ADMIN_TOKEN at every start, never weak."""
import re


def status_with(server, token):
    return server.get("/api/v1/status", headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_environment_replaces_the_token_at_every_start(make_server):
    server = make_server(admin_token="first-token-of-this-test")
    assert server.token == "first-token-of-this-test"
    assert status_with(server, "first-token-of-this-test") == 200
    server.settings["admin_token"] = "second-token-of-this-test"
    server.restart()
    assert server.token == "second-token-of-this-test"
    assert status_with(server, "second-token-of-this-test") == 200
    assert status_with(server, "first-token-of-this-test") == 401


def test_without_it_the_present_token_stays(make_server):
    server = make_server(admin_token="first-token-of-this-test")
    del server.settings["admin_token"]
    server.restart()
    assert status_with(server, "first-token-of-this-test") == 200


def test_a_made_token_is_long_and_random(make_server):
    tokens = {make_server().token for _ in range(2)}
    assert len(tokens) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32,}", token) for token in tokens)


def test_a_short_token_stops_the_start(darkroom, tmp_path):
    refused = darkroom("serve", folder=tmp_path / "data", admin_token="short")
    assert refused.returncode == 2
    assert "at least 20 characters" in refused.stderr and "short'" not in refused.stderr
