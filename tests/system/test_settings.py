"""What the server was started with, shown to administrators without its secrets."""
from test_access import add_user, ask, token_of
from test_docs import keys_of_code

SECRET = "an-admin-token-that-nobody-may-read"


def test_every_key_is_shown_with_value_origin_and_sentence(make_server, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "darkroom.toml").write_text("[run]\nmax_retries = 7\n")
    server = make_server(folder, slots=3, run_nice=5, cluster_secret=SECRET)
    answer = server.get("/api/v1/settings")
    shown = {item["key"]: item for item in answer.json()["items"]}
    assert set(shown) == keys_of_code()
    assert all(item["description"] and item["allowed"] for item in shown.values())
    assert (shown["run.max_retries"]["value"], shown["run.max_retries"]["origin"], shown["run.max_retries"]["origin_detail"]) == (7, "file", str(folder / "darkroom.toml"))
    assert (shown["run.nice"]["value"], shown["run.nice"]["origin"], shown["run.nice"]["origin_detail"]) == (5, "environment", "DARKROOM_RUN_NICE")
    assert (shown["run.slots"]["value"], shown["run.slots"]["origin"], shown["run.slots"]["origin_detail"]) == (3, "flag", None)
    assert shown["time_zone"]["origin"] == "default" and shown["time_zone"]["origin_detail"] is None
    secret, unset = shown["cluster_secret"], shown["admin_token"]
    assert (secret["value"], secret["secret"], secret["is_set"]) == (None, True, True)
    assert (unset["value"], unset["secret"], unset["is_set"]) == ("", True, False)
    assert SECRET not in answer.text


def test_only_administrators_see_them(server):
    for role in ("uploader", "viewer", "operator"):
        add_user(server, f"the-{role}", role)
        assert ask(server, "GET", "/api/v1/settings", token=token_of(server, f"the-{role}")).status_code == 403
    add_user(server, "boss", "admin")
    assert ask(server, "GET", "/api/v1/settings", token=token_of(server, "boss", scopes=["system:read"])).status_code == 403
