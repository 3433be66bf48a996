"""Users of a server, and how each of them asks it: by a token, or as a browser that has logged in."""
import time

import requests

ROLES = ["uploader", "viewer", "operator", "admin"]
PASSWORD = "a river under seven bridges"


def add_user(server, name, role, **more):
    answer = server.post("/api/v1/users", json={"name": name, "role": role, "password": PASSWORD, **more})
    assert answer.status_code == 201, answer.text


def log_in(server, name, password=PASSWORD):
    """A browser on plain HTTP that has logged in."""
    browser = requests.Session()
    browser.trust_env = False
    answer = browser.post(server.url + "/api/v1/session", json={"name": name, "password": password}, timeout=30)
    if answer.status_code == 201:
        browser.headers.update({"Origin": server.url, "X-CSRF-Token": answer.json()["csrf_token"]})
    return browser, answer


def new_token(server, user, scopes=("*",), **more):
    """(name, secret) of a new token."""
    name = f"{user}-{time.monotonic_ns()}"
    answer = server.post("/api/v1/tokens", json={"name": name, "user": user, "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return name, answer.json()["secret"]


def token_of(server, user, scopes=("*",), **more):
    return new_token(server, user, scopes, **more)[1]


def ask(server, method, path, token=None, browser=None, **options):
    sender = browser or requests.Session()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if path.startswith("/api/v1/uploads"):  # without these tus refuses before it looks whose upload it is
        headers |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        headers |= {"X-HTTP-Method-Override": "PATCH"} if method == "POST" else {}
    sender.trust_env = False
    return sender.request(method, server.url + path, headers=headers, timeout=70, stream="events/stream" in path, **options)


def as_user(server, name, scopes=("*",)):
    """The same server, asked by another with a token of its own."""
    other = server.twin()
    other.http.headers["Authorization"] = f"Bearer {token_of(server, name, scopes)}"
    return other


def both_ways(server, name):
    """How this one may ask: with a token for all that its role may do, and logged in."""
    return [{"token": token_of(server, name)}, {"browser": log_in(server, name)[0]}]
