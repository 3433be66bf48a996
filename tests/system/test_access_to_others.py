"""What is somebody else's stays theirs: credentials, sessions, names and batches; and a token gives no more than it has."""
import base64

import requests

from support.people import ask, as_user, both_ways, log_in, new_token, token_of
from support.photos import unique_jpeg

NO_ADMINISTRATORS = ("the-uploader", "the-viewer", "the-operator")


def test_nobody_makes_or_ends_credentials_of_others(peopled):
    name, secret = new_token(peopled, "the-admin")
    wrong = []
    for user in NO_ADMINISTRATORS:
        for way, kind in zip(both_ways(peopled, user), ("token", "cookie")):
            made = ask(peopled, "POST", "/api/v1/tokens", json={"name": f"{kind}-{user}", "user": "the-admin", "scopes": ["*"]}, **way)
            listed = [ask(peopled, "GET", f"/api/v1/tokens?user={whose}", **way) for whose in ("the-admin", "*")]
            ended = ask(peopled, "DELETE", f"/api/v1/tokens/{name}", **way)
            answers = [answer.status_code for answer in (made, *listed, ended)]
            wrong += [] if answers == [403, 403, 403, 404] else [f"{user} with a {kind}: {answers}"]
            assert {token["user"] for token in ask(peopled, "GET", "/api/v1/tokens", **way).json()["items"]} == {user}
    assert not wrong, "\n".join(wrong)
    assert ask(peopled, "GET", "/api/v1/users", token=secret).status_code == 200
    for way in both_ways(peopled, "the-admin"):
        assert len({token["user"] for token in ask(peopled, "GET", "/api/v1/tokens?user=*", **way).json()["items"]}) >= 4
    assert ask(peopled, "DELETE", f"/api/v1/tokens/{name}", token=token_of(peopled, "the-admin")).status_code == 204


def test_a_token_gives_no_scope_that_it_lacks(peopled):
    for user in ("the-admin", "the-uploader"):
        token = token_of(peopled, user, ["users:manage", "images:read"])
        make = lambda name, *scopes: ask(peopled, "POST", "/api/v1/tokens", token=token, json={"name": f"{name}-{user}", "scopes": list(scopes)})
        for scopes in (["*"], ["images:write"], ["images:read", "admin"]):
            refused = make("more", *scopes)
            assert (refused.status_code, refused.json().get("code")) == (403, "forbidden"), (user, scopes)
        assert make("as-much", "images:read", "users:manage").status_code == 201
        assert make("less", "images:read").status_code == 201
        all_of_it = ask(peopled, "POST", "/api/v1/tokens", browser=log_in(peopled, user)[0], json={"name": f"all-{user}", "scopes": ["*"]})
        assert all_of_it.status_code == 201, "a person has all that the role may do"


def test_sessions_of_others_are_hidden(peopled):
    reader, answer = log_in(peopled, "somebody")
    theirs, wrong = answer.json()["session_id"], []
    for user in NO_ADMINISTRATORS:
        for way, kind in zip(both_ways(peopled, user), ("token", "cookie")):
            listed = [ask(peopled, "GET", f"/api/v1/sessions?user={whose}", **way) for whose in ("somebody", "*")]
            ended = ask(peopled, "DELETE", f"/api/v1/sessions/{theirs}", **way)
            answers = [answer.status_code for answer in (*listed, ended)]
            wrong += [] if answers == [403, 403, 404] else [f"{user} with a {kind}: {answers}"]
            own = ask(peopled, "GET", "/api/v1/sessions", **way).json()["items"]
            assert {session["user"] for session in own} == {user}
    assert not wrong, "\n".join(wrong)
    assert ask(peopled, "GET", "/api/v1/images", browser=reader).status_code == 200
    administrator = token_of(peopled, "the-admin")
    assert theirs in {session["id"] for session in ask(peopled, "GET", "/api/v1/sessions?user=*", token=administrator).json()["items"]}
    assert ask(peopled, "DELETE", f"/api/v1/sessions/{theirs}", token=administrator).status_code == 204
    assert ask(peopled, "GET", "/api/v1/images", browser=reader).status_code == 401


def test_an_uploader_sends_in_its_own_name_and_into_its_own_batches(peopled):
    token = token_of(peopled, "the-uploader")
    batch_of = lambda owner: peopled.post("/api/v1/batches", json={"title": "album", "owner": owner}).json()["batch"]["id"]

    def ways(token, **fields):
        """A photo with these fields by each of the three ways."""
        photo, headers = unique_jpeg(), {"Authorization": f"Bearer {token}"}
        for path in ("/api/v1/images", "/api/v1/images/many"):
            yield requests.post(peopled.url + path, data=fields, files={"file": photo}, headers=headers, timeout=30)
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": told}
        yield requests.post(peopled.url + "/api/v1/uploads", headers=headers | tus, timeout=30)

    of_others = batch_of("somebody")
    refused = {field: [answer.status_code for answer in ways(token, **{field: value})] for field, value in (("uploader", "somebody"), ("batch", of_others))}
    assert refused == {"uploader": [403] * 3, "batch": [404] * 3}
    assert peopled.get("/api/v1/images").json()["items"] == []
    assert [answer.status_code for answer in ways(token, uploader="the-uploader", batch=batch_of("the-uploader"))] == [201, 207, 201]
    assert [answer.status_code for answer in ways(token_of(peopled, "the-operator"), uploader="somebody", batch=of_others)] == [201, 207, 201]
    owners = [image["uploaded_by"] for image in peopled.get("/api/v1/images").json()["items"]]
    assert sorted(owners) == ["somebody", "somebody", "the-uploader", "the-uploader"]


def test_an_uploader_makes_batches_of_its_own_images_only(peopled):
    photo = {name: peopled.result_of(unique_jpeg(), uploader=name) for name in ("the-uploader", "somebody")}
    own, others = photo["the-uploader"], photo["somebody"]
    server = as_user(peopled, "the-uploader")
    make = lambda **body: server.post("/api/v1/batches", json={"title": "album"} | body)
    wrong = []
    for chosen in ({"filter": {"all": True}}, {"filter": {"owner": "the-uploader"}}, {"image_ids": [own["id"], others["id"]]}):
        made = make(**chosen)
        assert made.status_code == 201, made.text
        batch = made.json()["batch"]
        if batch["total"] != 1 or peopled.image(others["id"])["job_id"] != others["job_id"]:
            wrong.append(f"{chosen}: {batch['total']} photos")
        assert server.get(f"/api/v1/batches/{batch['id']}", params={"wait": 20}).json()["batch"]["state"] == "completed"
    if make(image_ids=[others["id"]]).json().get("code") != "conflict":
        wrong.append("another's image, by its id")
    newest = peopled.image(own["id"])["job_id"]
    for refused in ({"owner": "somebody"}, {"filter": {"owner": "somebody"}}, {"filter": {"owner": "somebody"}, "owner": "the-uploader"}):
        if make(**refused).json().get("code") != "forbidden":
            wrong.append(f"{refused}: of somebody else")
    if peopled.image(own["id"])["job_id"] != newest:
        wrong.append("one's own photo instead of another's")
    assert not wrong, "\n".join(wrong)
