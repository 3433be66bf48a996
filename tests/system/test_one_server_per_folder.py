"""One process owns a data folder: a second one is refused with words, and the first goes on."""


def test_a_second_server_is_refused_and_told_who_holds_the_folder(server, darkroom):
    second = darkroom("serve", "--test-mode", "--listen", "127.0.0.1:0", folder=server.folder)
    assert second.returncode == 1
    assert str(server.pid) in second.stderr and "darkroom.db" in second.stderr
    assert server.get("/api/v1/status").status_code == 200
    address, pid = (server.folder / "server.address").read_text().split()
    assert server.url == f"http://{address}" and server.pid == int(pid)


def test_a_killed_server_leaves_no_lock(server):
    server.kill()
    server.start()
    assert server.get("/api/v1/status").status_code == 200


def test_a_taken_address_is_told(server, darkroom, tmp_path):
    address = server.url.removeprefix("http://")
    refused = darkroom("serve", "--listen", address, folder=tmp_path / "other")
    assert refused.returncode == 1
    assert "cannot listen on 127.0.0.1 port " + address.split(":")[1] in refused.stderr
