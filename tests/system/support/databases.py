"""The database as an outsider reads it: a file of SQLite, or a PostgreSQL server through its own program."""
import json
import sqlite3


class SqliteFile:
    def __init__(self, path):
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.connection.row_factory = sqlite3.Row

    def rows(self, query):
        return [dict(row) for row in self.connection.execute(query)]

    def damage(self):
        for table in self.connection.execute("PRAGMA foreign_key_check").fetchall():
            yield f"a row of {table[0]} points nowhere"
        if self.connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            yield "the database is damaged"


class PostgresDatabase:
    """`server` is a support.postgres.Postgres."""

    def __init__(self, server, name):
        self.server, self.name = server, name

    def rows(self, query):
        return json.loads(self.server.sql(f"SELECT COALESCE(json_agg(found), '[]') FROM ({query}) found", self.name))

    def damage(self):
        return []  # foreign keys are enforced, and pages are the server's business
