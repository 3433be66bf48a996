"""Several processes over one PostgreSQL, each with a data folder of its own, as on several machines."""
import contextlib
import importlib.util
import itertools
import subprocess

from support.databases import PostgresDatabase
from support.places import CHECKOUT
from support.server import Server

_names = itertools.count(1)


def start_postgres():
    """A PostgreSQL server of its own, from tests/support/postgres.py: to be closed."""
    place = importlib.util.spec_from_file_location("darkroom_tests_postgres", CHECKOUT / "tests/support/postgres.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module.Postgres()


class Cluster:
    def __init__(self, folder, postgres, webs=1, workers=2, slots=2, **settings):
        """Further settings are those of every process."""
        self.postgres = postgres
        self.name = f"cluster_{next(_names)}"
        postgres.sql(f"CREATE DATABASE {self.name}")
        settings = {"database": postgres.url(self.name), "cluster_secret": "known-to-these-processes-only", "admin_token": "an-admin-token-of-the-tests",
                    "lease_seconds": 1} | settings
        self.webs = [Server(folder / f"web-{number}", role="web", **settings) for number in range(1, webs + 1)]
        self.workers = [Server(folder / f"worker-{number}", role="worker", slots=slots, node_name=f"worker-{number}", **settings) for number in range(1, workers + 1)]

    @property
    def processes(self):
        return [*self.webs, *self.workers]

    @property
    def web(self):
        return self.webs[0]

    @property
    def database(self):
        return PostgresDatabase(self.postgres, self.name)

    @contextlib.contextmanager
    def holding(self, statement):
        """What this statement locks is held by a session of its own meanwhile, and nothing is changed by it."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.postgres.url(self.name)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            session.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
            session.stdin.flush()
            while (line := session.stdout.readline()) != "held\n":
                assert line, "the session has ended"
            try:
                yield
            finally:
                session.stdin.close()

    def waiting(self):
        """How many sessions wait for a lock."""
        return int(self.postgres.sql("SELECT COUNT(*) FROM pg_locks WHERE NOT granted", self.name))

    def start(self):
        for process in self.processes:
            process.start()
        return self

    def kill(self):
        for process in self.processes:
            process.kill()
