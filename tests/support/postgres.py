#!/usr/bin/python3
"""A PostgreSQL server of its own for tests: made in a temporary folder, reachable on loopback, gone with whoever started it.

As a program it prints the server's URL, then obeys the lines of standard input and answers each with one line:
  stop | start | kill   the server: an orderly end, a new start, the end of a crash
  pause | resume        all its processes stand still (SIGSTOP), go on
  bouncer               starts PgBouncer in transaction mode before it; the answer is its URL
It ends, and takes everything with it, when standard input ends or its parent is gone. As a module it is the class Postgres.

Running as root, the server runs as the user postgres, since it refuses root. Writes are synced, as on a real server.
"""
import ctypes
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

USER, PASSWORD = "darkroom", "only-for-tests"
OLDEST = 15
SETTINGS = {"fsync": "on", "max_connections": "200", "deadlock_timeout": "100ms", "log_min_messages": "log", "shared_buffers": "64MB",
            "autovacuum_naptime": "5s", "checkpoint_timeout": "1h", "max_wal_size": "4GB"}
START_LIMIT = 60
PAUSE = threading.Event()  # never set: a moment between two looks


def programs():
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    newest = max(folders, key=lambda folder: int(folder.parent.name), default=None)
    if newest is None or int(newest.parent.name) < OLDEST:
        raise RuntimeError(f"PostgreSQL {OLDEST} or later is not installed: scripts/install_packages.sh test")
    return newest


def fast_folder():
    """Memory where there is plenty: the server syncs as ever, and thousands of small transactions cost no disk. None: where temporary files go."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2_000_000_000 else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Postgres:
    def __init__(self):
        self.programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="darkroom-postgres-", dir=fast_folder()))
        self.identity = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.port = free_port()
        self.server = self.pooler = None
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self.run("initdb", "-D", self.folder / "data", "-U", USER, "--pwfile", password, "--auth-host=scram-sha-256",
                 "--auth-local=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, **self.identity)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout}")
        return done.stdout

    def spawn(self, command, log):
        with open(self.folder / log, "ab") as output:
            return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    start_new_session=True, preexec_fn=die_with_parent, **self.identity)

    def url(self, database="postgres", port=None):
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def sql(self, statement, database="postgres"):
        """Runs a statement over the socket and returns its rows as text, fields parted by |."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port), "-U", USER,
                        "-d", database, "-c", statement)

    def start(self):
        settings = SETTINGS | {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder), "port": str(self.port)}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.server = self.spawn([self.programs / "postgres", "-D", self.folder / "data", *options], "server.log")
        deadline = time.monotonic() + START_LIMIT
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port), "-U", USER]).returncode != 0:
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL does not start: " + (self.folder / "server.log").read_text(errors="replace")[-4000:])
            PAUSE.wait(0.05)

    def stop(self, how=signal.SIGINT):
        if self.server is not None:
            self.resume()
            self.server.send_signal(how)
            self.server.wait()
            self.server = None

    def kill(self):
        self.stop(signal.SIGQUIT)  # what a crash leaves behind: no checkpoint, recovery at the next start

    def processes(self):
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return [self.server.pid, *map(int, children)]

    def pause(self):
        os.kill(self.server.pid, signal.SIGSTOP)  # first, so that it starts no more
        for process in self.processes():
            os.kill(process, signal.SIGSTOP)

    def resume(self):
        for process in reversed(self.processes()):
            os.kill(process, signal.SIGCONT)

    def bouncer(self):
        port = free_port()
        users, settings = self.folder / "bouncer-users", self.folder / "bouncer.ini"
        users.write_text(f'"{USER}" "{PASSWORD}"\n')
        settings.write_text(f"[databases]\n* = host=127.0.0.1 port={self.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
                            f"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\npool_mode = transaction\n"
                            "default_pool_size = 5\nmax_client_conn = 200\nserver_round_robin = 1\n")
        for file in (users, settings):
            file.chmod(0o644)
        self.pooler = self.spawn(["/usr/sbin/pgbouncer", settings], "bouncer.log")
        deadline = time.monotonic() + START_LIMIT
        while not accepts(port):
            if self.pooler.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PgBouncer does not start: " + (self.folder / "bouncer.log").read_text(errors="replace")[-4000:])
            PAUSE.wait(0.05)
        return self.url(port=port)

    def close(self):
        if self.pooler is not None:
            self.pooler.kill()
            self.pooler.wait()
        self.kill()  # a checkpoint of what is thrown away would cost many seconds
        shutil.rmtree(self.folder, ignore_errors=True)


def obey(server):
    commands = {name: getattr(server, name) for name in ("stop", "start", "kill", "pause", "resume", "bouncer")}
    parent, unread = os.getppid(), b""
    while os.getppid() == parent:
        if not select.select([0], [], [], 1)[0]:
            continue
        more = os.read(0, 4096)
        if not more:
            return
        *lines, unread = (unread + more).split(b"\n")
        for line in lines:
            try:
                print(commands[line.decode()]() or "done", flush=True)
            except (KeyError, OSError, RuntimeError) as error:
                print("failed:", repr(error), flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = Postgres()
    try:
        print(server.url(), flush=True)
        obey(server)
    finally:
        server.close()


if __name__ == "__main__":
    main()
