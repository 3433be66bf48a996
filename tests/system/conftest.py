"""Fixtures of the system tests: the real program on a data folder of its own, ended with the test.

DARKROOM_BIN_DIR says where the programs are (default: build/dev/bin), DARKROOM_SHARED_DIR where models/ and photos/ are: real ones that
this repository does not carry. Tests that want one are skipped without it. Nothing here sleeps: see support/waiting.py.
"""
import os
import subprocess
import sys
import uuid
from urllib.parse import urlsplit

import pytest

from support.cluster import Cluster, start_postgres
from support.people import ROLES, add_user
from support.places import CHECKOUT, program
from support.server import Server, plain_environment


@pytest.fixture
def make_server(tmp_path):
    """Starts servers with these settings; each has its own folder unless it is given one."""
    servers = []

    def make(folder=None, **settings):
        server = Server(folder or tmp_path / f"data-{len(servers) + 1}", **settings)
        servers.append(server)
        return server.start()

    yield make
    for server in servers:
        server.kill()


@pytest.fixture
def server(make_server):
    """A server with the null engine and two slots."""
    return make_server()


@pytest.fixture
def peopled(make_server):
    """A server with a user of each role, "the-uploader" and so on, and "somebody", who is an uploader as well."""
    server = make_server()
    for role in ROLES:
        add_user(server, f"the-{role}", role)
    add_user(server, "somebody", "uploader")
    return server


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for all tests that need one; each makes a database of its own in it."""
    server = start_postgres()
    yield server
    server.close()


@pytest.fixture
def make_cluster(tmp_path, postgres):
    """Starts web and worker processes over one new database: make_cluster(workers=2, lease_seconds=1)."""
    clusters = []

    def make(**settings):
        clusters.append(Cluster(tmp_path, postgres, **settings))
        return clusters[-1].start()

    yield make
    for cluster in clusters:
        cluster.kill()


@pytest.fixture
def darkroom(tmp_path):
    """Runs the command line to its end: darkroom("jobs", folder=server.folder). Returns code, stdout, stderr."""

    def run(*words, folder=None, stdin=subprocess.DEVNULL, within=60, **settings):
        where = [] if folder is None else ["--data-dir", str(folder)]
        environment = plain_environment(**settings) | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
        return subprocess.run([program(), *map(str, words), *where], stdin=stdin, capture_output=True, text=True, timeout=within, env=environment)

    return run


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server: the one that all suites share (DARKROOM_TEST_POSTGRES), or one for this run."""
    if given := os.environ.get("DARKROOM_TEST_POSTGRES"):
        yield given
        return
    keeper = subprocess.Popen([sys.executable, "-B", CHECKOUT / "tests/support/postgres.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = keeper.stdout.readline().strip()
        assert url, "PostgreSQL for the tests does not start, see above"
        yield url
    finally:
        keeper.stdin.close()
        keeper.wait()


@pytest.fixture
def postgres_url(postgres_server):
    """The URL of a fresh database, dropped after the test with whoever is still connected."""
    name = f"test_{uuid.uuid4().hex[:12]}"

    def sql(statement):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, postgres_server], check=True, timeout=60, stdin=subprocess.DEVNULL)

    sql(f"CREATE DATABASE {name}")
    yield urlsplit(postgres_server)._replace(path=f"/{name}").geturl()
    sql(f"DROP DATABASE {name} WITH (FORCE)")
