"""The independent checker: reads the database of stopped processes itself and names every broken promise.

The rules: a final state has one result or one error and never changes; attempts, crashes and interruptions add up; each event that can
happen once is told once; a result belongs to the highest claim; the bytes of every photo have the hash of their row; no row points nowhere.
"""
import hashlib
from collections import Counter, defaultdict

from support.databases import SqliteFile

FINAL = ("completed", "failed", "cancelled")
ENDS = {f"job.{state}" for state in FINAL}
WAITS = {"image.created", "job.created", "job.queued", "job.crashed", "job.interrupted"}  # from here on a job may be started
ONCE = ("image.created", "job.created", "job.completed", "job.failed", "job.cancelled", "image.deleted")


def judge(server, *images):
    """Stops the server; what it promised of these images is kept."""
    assert server.stop() == 0
    Ledger(server).assert_kept(images)


class Ledger:
    """Of one server on SQLite; or of a database and the servers that take photos in, each with a folder of its own."""

    def __init__(self, *servers, database=None):
        self.servers = servers
        self.database = database or SqliteFile(servers[0].folder / "darkroom.db")

    def rows(self, query):
        return self.database.rows(query)

    def complaints(self, promised):
        """Every broken promise in words. `promised` is the client's log."""
        self.jobs = {job["id"]: job for job in self.rows("SELECT * FROM job")}
        self.images = {image["id"]: image for image in self.rows("SELECT * FROM image")}
        self.attempts = defaultdict(list)
        for attempt in self.rows("SELECT * FROM attempt ORDER BY job_id, claim_no"):
            self.attempts[attempt["job_id"]].append(attempt)
        self.results = defaultdict(list)
        for result in self.rows("SELECT * FROM result"):
            self.results[result["job_id"]].append(result)
        self.events = self.rows("SELECT * FROM event ORDER BY id")
        return [*self._promises(promised), *self._jobs(), *self._events(), *self._blobs(), *self._pointers()]

    def assert_kept(self, images):
        """Of images as the API answered with them."""
        complaints = self.complaints([{key: image[key] for key in ("id", "job_id", "sha256")} for image in images])
        assert complaints == [], "\n".join(complaints)

    def _promises(self, promised):
        by_public_id = {job["public_id"]: job for job in self.jobs.values()}
        for entry in promised:
            image, job = self.images.get(entry["id"]), by_public_id.get(entry["job_id"])
            if not image or not job:
                yield f"image {entry['id']} was acknowledged and is lost"
            elif job["image_id"] != entry["id"] or image["sha256"] != entry["sha256"]:
                yield f"image {entry['id']} is not the one that was acknowledged"
        for what, count in Counter(entry["id"] for entry in promised).items():
            if count > 1:
                yield f"image {what} was acknowledged {count} times"

    def _jobs(self):
        for job in self.jobs.values():
            name, attempts = f"job {job['id']}", self.attempts[job["id"]]
            if job["state"] not in FINAL:
                yield f"{name} is still {job['state']}"
            if len(self.results[job["id"]]) != (job["state"] == "completed" and job["kind"] == "image.process"):
                yield f"{name} is {job['state']} and has {len(self.results[job['id']])} results"
            endings = Counter(attempt["ending"] for attempt in attempts)
            if None in endings:
                yield f"{name} has an attempt without an end"
            put_off = sum(attempt["ending"] == "interrupted" and attempt["error_code"] == "photo_unreachable" for attempt in attempts)  # costs nothing, as often as it takes
            kept = job["state"] == "failed" and job["error_code"] == "interrupted"  # the interruption that was one too many gives its attempt not back
            if job["attempt"] + job["interruptions"] + put_off - kept != len(attempts) or job["claim_no"] != len(attempts):
                yield f"{name}: {job['attempt']} attempts and {job['interruptions']} interruptions, but {len(attempts)} runs and {job['claim_no']} claims"
            if endings["crashed"] != job["crashes"] or endings["interrupted"] != job["interruptions"] + put_off:
                yield f"{name} counts {job['crashes']} crashes and {job['interruptions']} interruptions, its runs say {dict(endings)}"
            if job["state"] == "completed" and (endings["completed"] != 1 or attempts[-1]["ending"] != "completed"):
                yield f"{name} is completed, its runs say {[attempt['ending'] for attempt in attempts]}"

    def _events(self):
        told = defaultdict(list)
        for event in self.events:
            if event["job_id"]:
                if ENDS & set(told[event["job_id"]]):
                    yield f"{event['type']} was told of job {event['job_id']} after its end"
                told[event["job_id"]].append(event["type"])
        if [event["id"] for event in self.events] != sorted({event["id"] for event in self.events}):
            yield "events are out of order or doubled"
        for job in self.jobs.values():
            types = Counter(told.pop(job["public_id"], []))
            for kind in ONCE:
                if types[kind] > 1:
                    yield f"job {job['id']}: {kind} was told {types[kind]} times"
            if types["image.created"] + types["job.created"] != 1:
                yield f"job {job['id']}: its creation was told {types['image.created'] + types['job.created']} times"
            if types[f"job.{job['state']}"] != 1:
                yield f"job {job['id']} is {job['state']}, which was told {types['job.' + job['state']]} times"
            if types["job.started"] != len(self.attempts[job["id"]]):
                yield f"job {job['id']} ran {len(self.attempts[job['id']])} times, told {types['job.started']} times"
            if types["job.interrupted"] != job["interruptions"] - (job["state"] == "failed" and job["error_code"] == "interrupted"):
                yield f"job {job['id']} was interrupted {job['interruptions']} times, told {types['job.interrupted']} times"
        if told:
            yield f"events tell of jobs that are not there: {sorted(told)[:3]}"

    def _blobs(self):
        for sha256 in {image["sha256"] for image in self.images.values()}:
            blobs = [blob for server in self.servers if (blob := server.blob(sha256)).is_file()]
            if not blobs:
                yield f"the photo {sha256[:12]} is gone"
            if any(hashlib.sha256(blob.read_bytes()).hexdigest() != sha256 for blob in blobs):
                yield f"the photo {sha256[:12]} has other bytes than its hash says"
        # A start removes what it can know to be nobody's: where others may be writing, only what is old.
        if isinstance(self.database, SqliteFile) and self.servers[0].incoming():
            yield f"{len(self.servers[0].incoming())} temporary files are left"

    def _pointers(self):
        yield from self.database.damage()
        for image in self.images.values():
            job = self.jobs.get(image["job_id"])
            if not job or job["image_id"] != image["id"]:
                yield f"image {image['id']} has no job"
            elif job["state"] == "completed" and image["result_job_id"] != job["id"]:
                yield f"image {image['id']} does not show the result of its job"
        for table, parent in (("attempt", self.jobs), ("result", self.jobs)):
            lost = [row["job_id"] for row in self.rows(f"SELECT job_id FROM {table}") if row["job_id"] not in parent]
            if lost:
                yield f"{table} rows of jobs that are not there: {lost[:3]}"

    def out_of_order(self, slack):
        """Starts before a more urgent job of the same lane that had been waiting for at least `slack` seconds. Call after complaints().

        The log has the order of commits where one thread writes it (slack 0). Where several do, times decide, and what was on its way counts not.
        """
        by_public_id = {job["public_id"]: job for job in self.jobs.values()}
        waiting = {}
        for event in self.events:
            job = by_public_id.get(event["job_id"])
            if not job:
                continue
            if event["type"] == "job.started":
                waiting.pop(event["job_id"], None)
                for since, other in waiting.values():
                    if other["lane"] == job["lane"] and other["priority"] > job["priority"] and since <= event["at"] - slack * 1e6:
                        yield f"job {job['id']} of priority {job['priority']} started before job {other['id']} of priority {other['priority']}"
            elif event["type"] in WAITS and not (event["type"] == "image.created" and job["run_at"] > event["at"]):
                waiting[event["job_id"]] = event["at"], job
            elif event["type"] in ENDS:
                waiting.pop(event["job_id"], None)

    def orphan_blobs(self):
        known = {row["sha256"] for row in self.rows("SELECT sha256 FROM image")}
        return [path.name for server in self.servers for path in server.blobs() if path.name not in known]

    def restart_delays(self):
        """Seconds from each server.started to the next job.started, where work was waiting."""
        delays, waiting, started_at = [], set(), None
        for event in self.rows("SELECT * FROM event ORDER BY id"):
            if event["type"] in ("image.created", "job.created"):
                waiting.add(event["job_id"])
            elif event["type"] in ("job.completed", "job.failed", "job.cancelled"):
                waiting.discard(event["job_id"])
            elif event["type"] == "server.started":
                started_at = event["at"] if waiting else None
            elif event["type"] == "job.started" and started_at is not None:
                delays.append((event["at"] - started_at) / 1e6)
                started_at = None
        return delays
