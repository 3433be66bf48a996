"""The rules that check_layers.py counts, as tables. Changing one is a decision about the architecture: write it as an ADR."""

# Which parts a part may include besides itself. The right side is complete: nothing is inherited through another part.
GROUND = {"base", "domain"}
ARROWS = {
    "base": set(),
    "domain": {"base"},
    "json": {"base"},
    "text": {"base"},
    "compat": GROUND | {"json"},
    "calendar": GROUND,
    "imaging": GROUND,
    "blob": GROUND,
    "store": GROUND | {"text"} | {"compat"},
    "auth": GROUND,
    "delivery": GROUND | {"store"},
    "metrics": GROUND,
    "models": GROUND,
    "runner/protocol": GROUND,
    "runner/pool": GROUND | {"runner/protocol", "models"},
    "inference": GROUND | {"imaging"},
    "runner/process": GROUND | {"runner/protocol", "inference", "imaging"},
    "http": {"base"},
    "peer": GROUND | {"auth", "blob"},
    "views": GROUND | {"blob", "runner/pool"},
    "remote": GROUND | {"imaging", "json"},
    "worker": GROUND | {"json", "store", "blob", "runner/pool", "runner/protocol", "models", "remote"},
    "scheduler": GROUND | {"store", "blob", "calendar"},
    "api": GROUND | {"delivery", "json", "compat", "text", "http", "metrics", "calendar", "store", "blob", "auth", "models", "imaging", "peer", "views"},
    "config": GROUND | {"delivery", "http", "runner/pool", "api", "worker", "scheduler"},
    "roles": GROUND | {"delivery", "metrics", "store", "blob", "auth", "models", "runner/protocol", "runner/pool", "http", "worker", "scheduler", "api", "peer", "config", "views"},
    "cli": GROUND | {"json", "config", "roles", "imaging", "models", "runner/pool", "worker", "store"},
    "main": GROUND | {"config", "roles", "cli"},
}

CONFIG = "config fills the struct of each part and knows nothing else of it"
DOCTOR = "doctor tries the models of this machine without a server"
# Where an arrow carries only some headers: (from, to) -> the headers it may carry, and why.
NARROW = {
    ("api", "imaging"): ({"imaging/header.h"}, "the upload reads headers; only the runner decodes"),
    ("remote", "imaging"): ({"imaging/header.h"}, "a service decodes; what is known of the photo comes from its header"),
    ("worker", "remote"): ({"remote/remote_model.h"}, "the worker calls a service as it calls a slot"),
    ("cli", "imaging"): ({"imaging/header.h"}, DOCTOR),
    ("cli", "models"): ({"models/catalogue.h"}, DOCTOR),
    ("cli", "runner/pool"): ({"runner/pool/pool.h"}, DOCTOR),
    ("cli", "worker"): ({"worker/worker.h", "worker/result_document.h"}, DOCTOR),
    ("cli", "store"): ({"store/open_store.h"}, "users reset-password works without a server; everything else is a thin HTTP client"),
    ("config", "http"): ({"http/server.h"}, CONFIG),
    ("config", "runner/pool"): ({"runner/pool/pool.h"}, CONFIG),
    ("config", "delivery"): ({"delivery/delivery_config.h"}, CONFIG),
    ("config", "worker"): ({"worker/worker.h"}, CONFIG),
}

# Foreign headers and where they may be included: (pattern of the header, folders or file patterns, why).
FOREIGN = [
    (r"boost/(beast|asio)\b.*|boost/beast\.hpp|boost/asio\.hpp", ["src/http/*"], "Beast lives in http and nowhere else"),
    (r"onnxruntime.*", ["src/inference/onnx*"], "one engine knows ONNX Runtime"),
    (r"opencv2/.*", ["src/inference/*"], "only engines know OpenCV, and only the runner links them"),
    (r"sqlite3\.h|libpq-fe\.h", ["src/store/*"], "only the store opens the database"),
    (r"(jpeglib|turbojpeg|png|gif_lib|webp/.*)(\.h)?", ["src/imaging/*"], "decoders run in the runner only"),
    (r"libheif/.*|libde265/.*|dav1d/.*", ["src/imaging/heif_library*"], "only the module of HEIC and AVIF links them"),
    (r"sodium.*\.h", ["src/auth/*"], "passwords and tokens are one part's business"),
    (r"curl/.*", ["src/cli/*", "src/peer/*", "src/remote/*", "src/delivery/*"], "the server itself calls nobody but its peers, the services of its models, and receivers behind the guard"),
    (r"CLI/.*", ["src/cli/*", "src/main.cpp"], "arguments are the command line's"),
    (r"date/.*", ["src/calendar/time_zone.cpp"], "one file knows the tz database"),
    (r"seccomp\.h", ["src/runner/process/*"], "the sandbox is built in one place"),
    (r"toml\+\+/.*|toml\.hpp|toml\+\+\.h", ["src/config/*", "src/models/*"], "TOML is a form of configuration"),
    (r"boost/json.*", ["src/json/*", "src/compat/*", "src/api/*", "src/cli/*", "src/runner/protocol/*", "src/worker/*", "src/remote/*"], "JSON only at the edges"),
]

# SQL stands in string literals of the store only.
SQL = r"\bSELECT\s+\S|\bINSERT\s+(OR\s+\w+\s+)?INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b|\bCREATE\s+(TABLE|INDEX|UNIQUE)\b|\bPRAGMA\s+\w"
SQL_HOME = ["src/store/*"]

# The boundaries at which an exception ends: a log line and a public message, and the program goes on. A file that is in neither
# table lets exceptions pass (cleaning up and throwing on is free everywhere).
BOUNDARIES = {
    "src/main.cpp": "main: what nobody foresaw becomes an exit code",
    "src/base/loop.cpp": "one tick of a background loop",
    "src/roles/serve.cpp": "a server that cannot start: one line in the log and the exit code",
    "src/http/exchange.cpp": "one HTTP request",
    "src/worker/process_job.cpp": "one attempt of a job",
    "src/worker/worker.cpp": "one turn of the worker's claim-and-finish loop: it tries again",
    "src/store/sql/postgres_tail.cpp": "one connection of the thread that follows the event log: it tries again",
    "src/roles/registration.cpp": "one that cannot start signs off while what it was refused with goes on",
    "src/worker/lease_keeper.cpp": "one heartbeat: a store that is gone is answered by calling jobs off",
    "src/scheduler/run_maintenance.cpp": "one attempt of a maintenance job",
    "src/store/sql/sqlite_database.cpp": "one request of a commit group: its exception travels to the thread that asked",
    "src/runner/process/main.cpp": "main of the runner",
    "src/runner/process/zygote.cpp": "loading one model, an untrusted file",
    "src/runner/process/child.cpp": "one job in the runner",
}

# Where a library or a part throws what its caller branches on, and one file turns it into a value.
TRANSLATIONS = {
    "src/api/guard.cpp": "when a credential was last used is not worth refusing a request for",
    "src/api/problem.cpp": "a full disk or a store that is gone becomes 507 or 503",
    "src/api/resumable.cpp": "an upload that cannot be completed keeps back no other, and is thrown on",
    "src/api/upload_many.cpp": "the batch of a request that broke off is sealed while it is destroyed, which must not throw",
    "src/delivery/deliver.cpp": "an answer that the database does not take goes behind the others, and is thrown on",
    "src/calendar/time_zone.cpp": "the tz library throws on a zone that it does not know",
    "src/store/sql/postgres_database.cpp": "a verb whose connection was lost, or that ran into another, runs again",
    "src/store/sql/postgres_connection.cpp": "a rollback that fails breaks the connection, which is thrown away",
    "src/peer/fetched_photos.cpp": "a process that cannot give a photo: the next one is asked",
    "src/views/picture_files.cpp": "a photo that cannot be looked for keeps its pictures: whoever keeps one has none to tell",
    "src/cli/command_line.cpp": "CLI11 throws on wrong arguments",
    "src/inference/onnx_engine.cpp": "ONNX Runtime throws on a model that it cannot load or run",
    "src/config/config.cpp": "toml++ throws on a file with wrong syntax",
    "src/models/toml_text.cpp": "toml++ throws on a file with wrong syntax",
}
