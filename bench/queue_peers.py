"""Queues that others run: Celery on Redis, BullMQ on Redis, pg-boss on PostgreSQL, each by its own no-op program and with its own best settings."""
import json
import os
import shutil
import subprocess


class QueuePeers:
    def __init__(self, source, scratch):
        """`source`: the folder of the compared stack, with its packages of Debian and npm installed."""
        self.run_folder = os.path.join(scratch, "peer-run")
        self.folder = shutil.copytree(source, os.path.join(scratch, "peer"), ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=True)
        self.node = os.path.join(self.folder, "node")
        if not os.path.isdir(os.path.join(self.node, "node_modules")):
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=self.node, check=True, timeout=300)
        self.environment = dict(os.environ, PEER_RUN=self.run_folder, PEER_REDIS_SAVE="")
        os.makedirs(self.run_folder, exist_ok=True)
        os.makedirs("/var/tmp/darkroom-peer", exist_ok=True)  # where its Celery program writes its log, whatever it is told
        os.chmod(scratch, 0o755)

    def start(self):
        for service in ("redis", "postgres"):
            self._script("start_one.sh", service)

    def stop(self):
        for service in ("redis", "postgres"):
            self._script("stop_one.sh", service)

    def _script(self, name, service):
        with open(os.path.join(self.run_folder, f"{name}.{service}.log"), "ab") as log:
            subprocess.run(["bash", os.path.join(self.folder, name), service], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=120, check=True)

    def _measure(self, command, folder, **settings):
        done = subprocess.run(command, cwd=folder, env=self.environment | settings, capture_output=True, text=True, timeout=180)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or not lines:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return json.loads(lines[-1])

    def celery(self, jobs):
        figures = self._measure(["/usr/bin/python3", "bench/celery_noop/bench.py", str(jobs)], self.folder, NOOP_PREFETCH="4", NOOP_ACKS_LATE="0", NOOP_BACKEND="0", NOOP_LOG="warning")
        return {"enqueue_per_s": figures["enqueue_per_s"], "process_per_s": figures["consume_per_s"]}

    def bullmq(self, jobs):
        return self._measure(["node", "bull_bench.js", str(jobs), "50"], self.node)

    def pgboss(self, jobs, batch, mode="fetch"):
        return self._measure(["node", "pgboss_bench.js", str(jobs), str(batch), mode], self.node)

    def database(self):
        """A database of our own in the very server that pg-boss uses, made anew."""
        port = "35432"
        with open(os.path.join(self.folder, "peer.env")) as lines:
            for line in lines:
                if "PEER_PG_PORT" in line:
                    port = "".join(filter(str.isdigit, line.split("PEER_PG_PORT", 1)[1]))[:5] or port
        where = ["psql", "-q", "-h", "127.0.0.1", "-p", port, "-U", "postgres"]
        for statement in ("DROP DATABASE IF EXISTS darkroom_bench", "CREATE DATABASE darkroom_bench ENCODING 'UTF8' TEMPLATE template0"):
            subprocess.run([*where, "-c", statement], check=True, capture_output=True, timeout=60)
        return f"postgresql://postgres@127.0.0.1:{port}/darkroom_bench"
