"""The documents tell the truth: routes, settings, commands, links and paths that they name are those of the code."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.contract import error_statuses, fits, openapi, resolve
from support.places import CHECKOUT as ROOT
from support.places import program
from support.server import plain_environment
from support.waiting import eventually

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "web" / "README.md", ROOT / "examples" / "python_model" / "README.md"])
ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
METHODS = {"get": "get", "post": "post", "put": "put", "patch": "patch", "delete": "del", "options": "options"}


def name_of(path):
    return str(path.relative_to(ROOT))


def routes_of_code():
    source = (ROOT / "src" / "api" / "routes.cpp").read_text()
    lines = re.findall(r'\{Method::(\w+), "([^"]+)", k(\w+),', source)
    assert lines, "the table of routes.cpp is not read any more"
    return {(method, path): access for method, path, access in lines}


def routes_of_document():
    found = {}
    for path, item in openapi()["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                security = operation.get("security")
                found[METHODS[method], path] = "Public" if security == [] else "Site" if {"basic": []} in (security or []) else "Known"
    return found


def keys_of_code():
    source = (ROOT / "src" / "config" / "keys.cpp").read_text()
    keys = set(re.findall(r'(?:_key|make|seconds|count)\("([a-z_.]+)",', source))
    assert {"listen", "run.slots"} <= keys, "the table of keys.cpp is not read any more"
    return keys


def operations():
    document = openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method} {path}", operation


def every_node(node):
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from every_node(child)


def test_openapi_has_the_routes_of_the_table_with_their_access():
    # What the processes of one installation ask each other is no contract with anyone else: see the ADR on fetched photos.
    open_to = {"Public": "Public", "Site": "Site"}
    assert routes_of_document() == {route: open_to.get(access, "Known") for route, access in routes_of_code().items() if access != "Peer"}


def test_every_reference_of_openapi_leads_somewhere():
    document = openapi()
    for node in every_node(document):
        if isinstance(node, dict) and "$ref" in node:
            assert resolve(document, node) is not None, node


def test_every_route_states_success_failure_and_examples():
    document = openapi()
    for name, operation in operations():
        responses = operation["responses"]
        assert any(status.startswith("2") for status in responses), name
        # A log-in needs no credential, and is refused when the password is wrong.
        assert ("401" in responses) == (operation.get("security") != [] or operation["operationId"] == "logIn"), f"{name}: 401"
        for status, response in responses.items():
            media = resolve(document, response).get("content", {})
            assert media or status in {"204", "304"}, f"{name} {status}: what does it look like?"
            for kind, content in media.items():
                assert "schema" in content, f"{name} {status} {kind}"
            assert not media or any("example" in content or "examples" in content for content in media.values()), f"{name} {status}: no example"


def test_every_problem_of_openapi_is_one_of_the_error_table():
    document, statuses = openapi(), error_statuses()
    seen = 0
    for name, operation in operations():
        for status, response in operation["responses"].items():
            for content in resolve(document, response).get("content", {}).values():
                problem = content.get("example", {})
                if isinstance(problem, dict) and "code" in problem:
                    seen += 1
                    assert statuses[problem["code"]] == problem["status"] == int(status), f"{name} {status}: {problem}"
                    assert problem["type"] == "/problems/" + problem["code"]
    assert seen > 0


def schema_of(document, method, path, status):
    content = resolve(document, document["paths"][path][method]["responses"][str(status)])["content"]
    return content["application/json"]["schema"]


def test_the_examples_of_openapi_fit_their_schemas():
    document = openapi()
    for name, operation in operations():
        for status, response in operation["responses"].items():
            for content in resolve(document, response).get("content", {}).values():
                examples = [resolve(document, example)["value"] for example in content.get("examples", {}).values()]
                for example in examples + ([content["example"]] if "example" in content else []):
                    fits(document, content["schema"], example, f"{name} {status}")


def test_real_answers_fit_the_schemas(make_server):
    document, server = openapi(), make_server(model="demo", test_mode=False, webhooks_allow_http="true", webhooks_ports="9", webhooks_allow_cidrs="127.0.0.0/8")
    uploaded = server.send(ROOT / "examples" / "sample.jpg", wait=60, uploader="kim")
    fits(document, schema_of(document, "post", "/api/v1/images", 201), uploaded.json())
    image = uploaded.json()["image"]
    assert len(image["result"]["result"]["detected_objects"]) == 3, "the README shows three people in the sample"
    rule = {"cron": "30 3 * * *", "kind": "maintenance.cleanup"}
    assert server.http.put(server.url + "/api/v1/schedules/nightly", json=rule, timeout=70).status_code == 201
    batch = server.post("/api/v1/batches", json={"title": "spring album"})
    fits(document, schema_of(document, "post", "/api/v1/batches", 201), batch.json())
    endpoint = server.post("/api/v1/endpoints", json={"url": "http://127.0.0.1:9/hook", "events": ["job.failed"]})
    fits(document, schema_of(document, "post", "/api/v1/endpoints", 201), endpoint.json())
    delivery = server.post(f"/api/v1/endpoints/{endpoint.json()['endpoint']['id']}/test")
    fits(document, schema_of(document, "post", "/api/v1/endpoints/{id}/test", 202), delivery.json())
    ids = {"/api/v1/models/{name}": "demo",
           "/api/v1/endpoints/{id}": endpoint.json()["endpoint"]["id"], "/api/v1/deliveries/{id}": delivery.json()["delivery"]["id"],
           "/api/v1/batches/{id}": batch.json()["batch"]["id"], "/api/v1/images/{id}": image["id"], "/api/v1/jobs/{id}": image["job_id"],
           "/api/v1/users/{name}": "admin", "/api/v1/jobs/{id}/place": image["job_id"], "/api/v1/queues/{name}": "ai_processing", "/api/v1/schedules/{name}": "nightly"}
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
    ids["/api/v1/uploads/{id}"] = server.post("/api/v1/uploads", headers=tus).headers["Location"].rsplit("/", 1)[1]
    not_json = {"/", "/assets/{file}", "/style.css", "/livez", "/metrics", "/admin/", "/docs", "/docs/{file}", "/problems/{code}", "/api/v1/events/stream"}  # the others have tests of their own
    gets = [path for (method, path), access in routes_of_code().items() if method == "get" and access != "Peer" and path not in not_json]
    asked = {"/api/v1/schedules/slots": "?cron=@daily"}
    eventually(lambda: server.get("/health/").status_code == 200, what="that a model can run was noticed")
    for path in gets:
        place = path.replace("{id}", image["job_id"]).replace("{number}", "1") if "attempts" in path else path
        place = place.replace("{job}", image["job_id"])
        answer = server.get(re.sub(r"\{\w+\}", str(ids.get(path) or image["id"]), place) + asked.get(path, ""))
        assert answer.status_code == 200, answer.text
        if answer.headers["Content-Type"] == "image/jpeg":
            continue  # see test_pictures.py
        fits(document, schema_of(document, "get", path, 200), answer.json(), path)
    refused = server.get("/api/v1/images/99")
    fits(document, document["components"]["schemas"]["Problem"], refused.json())


def defaults_of_code():
    """Key -> its default, out of the sample file, which a test keeps equal to the table."""
    found, group = {}, ""
    for line in (ROOT / "config" / "darkroom.toml").read_text().split("# [[sites]]")[0].splitlines():
        if section := re.match(r"\[([a-z]+)\]$", line):
            group = section[1] + "."
        elif key := re.match(r"# ([a-z_]+) = \"?([^\"]*)\"?$", line):
            found[group + key[1]] = key[2]
    return found


def tables_of_settings():
    """The rows of both pages: its name, the keys, and what it says of their defaults."""
    for page in (ROOT / "docs" / "operations.md", ROOT / "docs" / "ko" / "operations.md"):
        for line in page.read_text().splitlines():
            cells = line.split("|")
            if line.startswith("| `") and (keys := [key for key in re.findall(r"`([a-z_.]+)`", cells[1]) if key in keys_of_code()]):
                yield name_of(page), keys, cells[2].strip()


def test_the_documented_defaults_are_the_defaults():
    defaults = defaults_of_code()
    assert set(defaults) == keys_of_code()
    for page, keys, cell in tables_of_settings():
        # "25,000,000; 64,000,000" or "none, `x-forwarded`"; "0: for ever" is said once for all keys of a row.
        said = [value.split(": ")[0].strip("`").replace(",", "") for value in re.split("[,;] | · ", cell)]
        for key, value in zip(keys, said * len(keys) if len(said) == 1 else said, strict=True):
            pattern = ".*".join(re.escape(part) for part in value.split("..."))
            assert defaults[key] == "" or re.fullmatch(pattern, defaults[key]), f"{page} says of {key}: {value}, and not {defaults[key]}"


def test_the_documented_settings_are_the_settings():
    keys = keys_of_code()
    groups = {key.split(".")[0] for key in keys if "." in key}
    for page in (ROOT / "docs" / "operations.md", ROOT / "docs" / "ko" / "operations.md"):
        rows = [line.split("|")[1] for line in page.read_text().splitlines() if line.startswith("| `")]
        documented = {key for row in rows for key in re.findall(r"`([a-z_.]+)`", row)}
        assert keys <= documented, f"{name_of(page)} lacks {keys - documented}"
    for page in PAGES:
        for key in re.findall(r"`([a-z]+\.(?!ts`)[a-z_]+)`", page.read_text()):
            assert key.split(".")[0] not in groups or key in keys | types_of_events(), f"{name_of(page)} names the setting {key}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_variable_that_a_page_names_is_one(page):
    known = {"DARKROOM_" + key.upper().replace(".", "_") for key in keys_of_code()} | {"DARKROOM_CONFIG", "DARKROOM_BIN_DIR", "DARKROOM_SHARED_DIR", "DARKROOM_BENCH"}
    known |= {"DARKROOM_URL", "DARKROOM_TOKEN"}  # of the commands
    known |= {"DARKROOM_PICTURES", "DARKROOM_WEB_DEV", "DARKROOM_CHROMIUM"}  # of the page's own tests
    for variable in re.findall(r"DARKROOM_[A-Z_]+[A-Z]", page.read_text()):
        assert variable in known or variable == "DARKROOM_SERVICE_HOST" or re.match(r"DARKROOM_MODEL(_TOKEN)?$", variable), f"{name_of(page)} names {variable}"


def places_of(page):
    """What can follow # in a link: headings in small letters, with - for blanks and without signs."""
    headings = re.findall("^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"[a-z]+:", target):
            path, _, place = target.partition("#")
            page_of_target = page.parent / path if path else page
            assert page_of_target.exists(), f"{name_of(page)} links to {target}"
            assert not place or place in places_of(page_of_target), f"{name_of(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_a_page_names_exists(page):
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_0-9*]+\.(?:cpp|h|py|sh|cmake|md|toml|yaml|txt|\*))[` ]", page.read_text()):
        assert list(ROOT.glob(path)) or list((ROOT / "src").glob(path)), f"{name_of(page)} names {path}"


def help_of(*words):
    return subprocess.run([program(), *words, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout


def commands_of(text):
    """The names below "Subcommands:" of a help text."""
    names, inside = set(), False
    for line in text.splitlines():
        inside = line.startswith("Subcommands:") or (inside and line.startswith("  "))
        if inside and line.startswith("  "):
            names.add(line.split()[0])
    return names


def test_every_command_and_flag_that_a_page_names_exists():
    commands = commands_of(help_of())
    assert {"serve", "submit"} <= commands
    for page in PAGES:
        for words in re.findall(r"(?:`|build/\w+/bin/|\n|· )darkroom ([a-z][^`\n]*)", page.read_text()):
            words = words.split("#")[0].split()
            assert words[0] in commands, f"{name_of(page)}: darkroom {words[0]}"
            below = commands_of(help_of(words[0]))
            chosen = words[:2] if below and len(words) > 1 else words[:1]
            assert not below or len(words) == 1 or words[1] in below, f"{name_of(page)}: darkroom {words[0]} {words[1]}"
            for flag in (word for word in words if word.startswith("--")):
                assert flag in help_of(*chosen), f"{name_of(page)}: darkroom {' '.join(words)}"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "README.ko.md"], ids=name_of)
def test_after_the_line_of_the_front_page_commands_work_as_written(page, server, tmp_path):
    [line] = re.findall("^export PATH=.*$", page.read_text(), flags=re.MULTILINE)
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "bin").symlink_to(Path(program()).parent)
    (tmp_path / "data").symlink_to(server.folder)
    environment = plain_environment() | {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home")}
    asked = subprocess.run(["bash", "-c", f"{line}\ndarkroom jobs"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=30)
    assert asked.returncode == 0, asked.stdout + asked.stderr


def types_of_events():
    """The types are the words in the past, as model.added and node.lost; of the settings some look alike."""
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.cpp") if not path.name.endswith("_test.cpp")]
    types = {word for source in sources for word in re.findall(r'"([a-z]+\.[a-z_]*(?:ed|lost|dead))"', source)} - keys_of_code()
    assert {"image.created", "node.lost"} <= types, "the types of events are not found any more"
    return types


def test_every_type_of_event_is_described():
    described = set(re.findall(r"`([a-z]+\.[a-z_]+)`", (ROOT / "docs" / "job_lifecycle.md").read_text()))
    assert types_of_events() <= described, types_of_events() - described


def test_the_table_of_parts_has_the_parts_of_the_layers():
    rows = [line.split("|")[1] for line in (ROOT / "docs" / "architecture.md").read_text().split("## Layers")[1].splitlines() if line.startswith("| `")]
    described = {part for row in rows for part in re.findall("`([a-z]+)`", row)}
    sys.path.insert(0, str(ROOT / "scripts"))
    import layer_rules  # the tables of the script that counts the arrows
    assert described == {part.split("/")[0] for part in layer_rules.ARROWS} - {"main"}


@pytest.mark.parametrize("page", ADRS, ids=name_of)
def test_a_decision_is_short_complete_and_listed(page):
    text = page.read_text()
    assert len(text.splitlines()) <= 40
    for heading in ("## Context", "## Decision", "## Consequence"):
        assert heading in text
    assert page.name in (ROOT / "docs" / "adr" / "README.md").read_text()


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "openapi.yaml"], ids=name_of)
def test_lines_stay_readable(page):
    for number, line in enumerate(page.read_text().splitlines(), 1):
        assert len(line) <= 150 or line.startswith("|"), f"{name_of(page)}:{number}"


def test_the_sample_photo_is_small_and_found_by_its_script(tmp_path):
    script, sample = ROOT / "scripts" / "make_sample_photo.py", ROOT / "examples" / "sample.jpg"
    assert sample.stat().st_size <= 60_000
    subprocess.run(["/usr/bin/python3", "-B", script, tmp_path / "again.jpg"], check=True, capture_output=True, timeout=60)
    assert (tmp_path / "again.jpg").read_bytes() == sample.read_bytes()
