// The table of keys. It alone decides names, environment variables, the sample file, `config show` and the checks.
#include "config/config.h"
#include "config/key_kinds.h"

#include "domain/rate.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

namespace darkroom::config {
namespace {

Key listen_key() {
  Key key = make("listen", "Address and port of the HTTP server; anything but loopback should stand behind a proxy with TLS.", "address:port, as 127.0.0.1:8470 or [::1]:8470");
  key.get = [](const Config& config) {
    bool six = config.http.address.find(':') != std::string::npos;
    return quoted((six ? "[" + config.http.address + "]" : config.http.address) + ":" + std::to_string(config.http.port));
  };
  key.set = [](Config& config, const std::string& text) { return parse_listen(text, config.http.address, config.http.port); };
  return key;
}

Key metrics_listen_key() {
  Key key = make("metrics.listen", "Where a worker answers /metrics, /livez and /readyz, by the same rules as a server; empty: nowhere. Servers answer them where they listen.",
                 "empty or address:port, as 127.0.0.1:8471");
  key.get = [](const Config& config) { return quoted(config.metrics_listen); };
  key.set = [](Config& config, const std::string& text) {
    std::string address;
    std::uint16_t port = 0;
    bool fits = text.empty() || parse_listen(text, address, port);
    if (fits) config.metrics_listen = text;
    return fits;
  };
  return key;
}

constexpr std::int64_t kGiga = 1'000'000'000;
constexpr std::int64_t kYear = 31'536'000;

std::vector<Key> general_keys() {
  Key token = text_key("admin_token", "Bearer token of the administrator, at least 20 characters; empty: one is made at the first start and kept in the data folder.",
                       [](Config& c) -> std::string& { return c.admin_token; });
  token.secret = true;
  return {
      text_key("data_dir", "Folder of the database, the photos and the credentials.", [](Config& c) -> std::string& { return c.data_dir; }),
      listen_key(),
      text_key("models_dir", "Folder of models, NAME/model.onnx each; empty: models in the data folder.", [](Config& c) -> std::string& { return c.models_dir; }),
      text_key("default_model", "Model of uploads that name none; adding a file never changes it.", [](Config& c) -> std::string& { return c.default_model; }),
      token,
      text_key("time_zone", "Time zone of schedules that name none, as Asia/Seoul.", [](Config& c) -> std::string& { return c.time_zone; }),
      choice_key("log_format", "How the log is written; auto: text on a terminal, JSON lines otherwise.", [](Config& c) -> std::string& { return c.log_format; }, {"auto", "text", "json"}),
      choice_key("log_level", "The least that is logged.", [](Config& c) -> std::string& { return c.log_level; }, {"debug", "info", "warning", "error"}),
      whole_key("drain_grace_seconds", "How long running jobs may finish when the server is told to stop; then they are given back.", {0, 3600},
                [](const Config& c) { return c.drain_grace.count(); }, [](Config& c, std::int64_t n) { c.drain_grace = std::chrono::seconds(n); }),
  };
}

Key secure_cookies_key() {
  return choice_key("http.secure_cookies", "Whether the cookie of a log-in is for TLS only; auto: when the request came over TLS.",
                    [](Config& c) -> std::string& { return c.access.secure_cookies; }, {"auto", "always", "never"});
}

std::vector<Key> access_keys() {
  return {
      secure_cookies_key(),
      whole_key("session.idle_minutes", "A log-in ends after so long without a request.", {1, 525'600}, [](const Config& c) { return c.access.session_idle.count() / 60; },
                [](Config& c, std::int64_t n) { c.access.session_idle = std::chrono::minutes(n); }),
      whole_key("session.longest_hours", "A log-in ends after so long in any case.", {1, 8'760}, [](const Config& c) { return c.access.session_longest.count() / 3600; },
                [](Config& c, std::int64_t n) { c.access.session_longest = std::chrono::hours(n); }),
  };
}

std::vector<Key> run_keys() {
  return {
      whole_key("run.slots", "Jobs that run at the same time; 0: one for each usable core.", {0, 1024}, [](const Config& c) { return c.worker.slots; },
                [](Config& c, std::int64_t n) { c.worker.slots = static_cast<int>(n); }),
      whole_key("run.soft_limit_seconds", "After this time a job is asked to stop.", {1, kYear}, [](const Config& c) { return c.runner.run.soft.count() / 1000; },
                [](Config& c, std::int64_t n) { c.runner.run.soft = std::chrono::seconds(n); }),
      whole_key("run.hard_limit_seconds", "After this time its slot is killed.", {1, kYear}, [](const Config& c) { return c.runner.run.hard.count() / 1000; },
                [](Config& c, std::int64_t n) { c.runner.run.hard = std::chrono::seconds(n); }),
      whole_key("run.memory_limit_mb", "Memory a slot may take beyond what it needs at rest, in megabytes.", {64, 1'000'000},
                [](const Config& c) { return c.runner.run.memory_bytes / (1024 * 1024); }, [](Config& c, std::int64_t n) { c.runner.run.memory_bytes = n * 1024 * 1024; }),
      whole_key("run.models_memory_mb", "When the processes of all models together use more, those that nothing runs in end, longest unused first; 0: no bound.", {0, 100'000'000},
                [](const Config& c) { return c.models_memory / (1024 * 1024); }, [](Config& c, std::int64_t n) { c.models_memory = n * 1024 * 1024; }),
      whole_key("run.keep_idle_seconds", "A slot lets go of a model's process that it has not used for so long.", {1, kYear}, [](const Config& c) { return c.worker.keep_idle.count(); },
                [](Config& c, std::int64_t n) { c.worker.keep_idle = std::chrono::seconds(n); }),
      whole_key("run.nice", "Niceness of runners, so that the server answers while models work.", {0, 19}, [](const Config& c) { return c.runner.nice; },
                [](Config& c, std::int64_t n) { c.runner.nice = static_cast<int>(n); }),
      text_key("run.user", "User of the runners when the server is started by root; empty: nobody.", [](Config& c) -> std::string& { return c.runner.run_as; }),
      flag_key("run.require_sandbox", "Refuse to run models when a part of the sandbox is missing on this machine.", [](Config& c) -> bool& { return c.runner.require_sandbox; }),
      whole_key("run.max_retries", "Further attempts after a failure that may pass.", {0, 100}, [](const Config& c) { return c.worker.retry.max_retries; },
                [](Config& c, std::int64_t n) { c.worker.retry.max_retries = static_cast<int>(n); }),
      whole_key("run.first_retry_seconds", "Delay before the first retry; it doubles with each further one.", {0, kYear}, [](const Config& c) { return c.worker.retry.first_delay.count(); },
                [](Config& c, std::int64_t n) { c.worker.retry.first_delay = std::chrono::seconds(n); }),
  };
}

std::vector<Key> photo_keys() {
  return {
      whole_key("photo.max_bytes", "Largest photo file.", {1, 100 * kGiga}, [](const Config& c) { return c.runner.photo.max_bytes; },
                [](Config& c, std::int64_t n) { c.runner.photo.max_bytes = n; }),
      whole_key("photo.max_pixels", "Most pixels of a photo, width times height.", {1, 10 * kGiga}, [](const Config& c) { return c.runner.photo.max_pixels; },
                [](Config& c, std::int64_t n) { c.runner.photo.max_pixels = n; }),
      whole_key("photo.max_side", "Longest side of a photo in pixels.", {1, 65'535}, [](const Config& c) { return c.runner.photo.max_side; },
                [](Config& c, std::int64_t n) { c.runner.photo.max_side = static_cast<int>(n); }),
      whole_key("photo.max_jpeg_scans", "Most scans of a progressive JPEG.", {1, 10'000}, [](const Config& c) { return c.runner.photo.max_jpeg_scans; },
                [](Config& c, std::int64_t n) { c.runner.photo.max_jpeg_scans = static_cast<int>(n); }),
      whole_key("photo.decode_seconds", "Processor time that decoding a photo may take, beside that of its megapixels; then its slot is killed.", {0, kYear},
                [](const Config& c) { return c.runner.photo.decode_time.count() / 1000; }, [](Config& c, std::int64_t n) { c.runner.photo.decode_time = std::chrono::seconds(n); }),
      whole_key("photo.decode_milliseconds_per_megapixel", "Processor time that decoding may take for each megapixel of the photo.", {0, 1'000'000},
                [](const Config& c) { return c.runner.photo.decode_time_of_megapixel.count(); },
                [](Config& c, std::int64_t n) { c.runner.photo.decode_time_of_megapixel = std::chrono::milliseconds(n); }),
      flag_key("photo.refuse_truncated", "A cut-off photo fails; otherwise it completes and its image_info says truncated.", [](Config& c) -> bool& { return c.runner.photo.refuse_truncated; }),
      flag_key("photo.heif", "HEIC and AVIF are taken, too; their decoders have had more security holes than the others.", [](Config& c) -> bool& { return c.runner.photo.heif; }),
      whole_key("storage.free_disk_floor_mb", "Below this much free disk space no photo is taken in (507), so that running jobs can still be stored.", {0, 1'000'000'000},
                [](const Config& c) { return c.free_disk_floor / 1'000'000; }, [](Config& c, std::int64_t n) { c.free_disk_floor = n * 1'000'000; }),
      whole_key("storage.pictures_mb", "Thumbnails, previews and overlays together use at most so much disk; those not looked at for longest go first and are made again when needed.", {1, 1'000'000'000},
                [](const Config& c) { return c.pictures_budget / 1'000'000; }, [](Config& c, std::int64_t n) { c.pictures_budget = n * 1'000'000; }),
  };
}

std::vector<Key> upload_keys() {
  return {
      whole_key("uploads.quota_mb", "Resumable uploads under way may have announced at most so much together; more are refused (507).", {1, 1'000'000'000},
                [](const Config& c) { return c.uploads_quota / 1'000'000; }, [](Config& c, std::int64_t n) { c.uploads_quota = n * 1'000'000; }),
      whole_key("uploads.keep_hours", "A resumable upload that is not complete by then is forgotten.", {1, 8'760},
                [](const Config& c) { return c.uploads_kept.count(); }, [](Config& c, std::int64_t n) { c.uploads_kept = std::chrono::hours(n); }),
  };
}

Key rate_limit_key() {
  Key key = make("http.rate_limit", "At most so many requests of one token, log-in, or address without either to one web process, as 600/m or 20/s; empty: any number.", "a rate such as 600/m, or empty");
  key.get = [](const Config& config) { return quoted(config.rate_limit); };
  key.set = [](Config& config, const std::string& text) {
    config.rate_limit = text;
    return text.empty() || domain::parse_rate(text).has_value();
  };
  return key;
}

Key days_key(const char* name, const char* sentence, std::chrono::days scheduler::RetentionConfig::*field) {
  return whole_key(name, sentence, {0, 36'500}, [field](const Config& c) { return (c.retention.*field).count(); },
                   [field](Config& c, std::int64_t n) { c.retention.*field = std::chrono::days(n); });
}

std::vector<Key> upkeep_keys() {
  using scheduler::RetentionConfig;
  return {
      days_key("retention.history_days", "Ended jobs that are neither a photo's newest nor the one of its result, and completed batches without a job, are kept so long; 0: for ever.", &RetentionConfig::history),
      days_key("retention.events_days", "The log of all that happened is kept so long; 0: for ever.", &RetentionConfig::events),
      days_key("retention.completed_days", "Photos with a result are kept so long, with the result; 0: for ever.", &RetentionConfig::completed_images),
      days_key("retention.failed_days", "Photos whose newest job failed are kept so long; 0: for ever.", &RetentionConfig::failed_images),
      days_key("retention.cancelled_days", "Photos whose newest job was cancelled are kept so long; 0: for ever.", &RetentionConfig::cancelled_images),
      days_key("retention.maintenance_days", "Traces of maintenance jobs are kept so long; 0: for ever.", &RetentionConfig::maintenance),
      whole_key("retention.sweep_most_percent", "The sweep refuses to remove more than this share of the stored photos: more likely it looks at another database's folder.", {0, 100},
                [](const Config& c) { return c.sweep.most_percent; }, [](Config& c, std::int64_t n) { c.sweep.most_percent = static_cast<int>(n); }),
      whole_key("watch.disk_free_mb", "An alert is raised when less disk space than this is free; 0: never.", {0, 1'000'000'000}, [](const Config& c) { return c.watch.least_disk_free / 1'000'000; },
                [](Config& c, std::int64_t n) { c.watch.least_disk_free = n * 1'000'000; }),
      whole_key("watch.log_mb", "An alert is raised when SQLite's write-ahead log is larger than this; 0: never.", {0, 1'000'000'000}, [](const Config& c) { return c.watch.most_log_bytes / 1'000'000; },
                [](Config& c, std::int64_t n) { c.watch.most_log_bytes = n * 1'000'000; }),
      whole_key("watch.wait_seconds", "An alert is raised when a queued job has waited longer than this; 0: never.", {0, kYear}, [](const Config& c) { return c.watch.longest_wait.count(); },
                [](Config& c, std::int64_t n) { c.watch.longest_wait = std::chrono::seconds(n); }),
      whole_key("watch.failures_per_hour", "An alert is raised when more jobs than this failed within the last hour; 0: never.", {0, 1'000'000}, [](const Config& c) { return c.watch.most_failures; },
                [](Config& c, std::int64_t n) { c.watch.most_failures = n; }),
      whole_key("watch.queued_jobs", "An alert is raised when more jobs than this are queued for watch.queued_seconds; 0: never.", {0, 1'000'000}, [](const Config& c) { return c.watch.most_queued; },
                [](Config& c, std::int64_t n) { c.watch.most_queued = n; }),
      whole_key("watch.queued_seconds", "How long watch.queued_jobs must be exceeded.", {0, kYear}, [](const Config& c) { return c.watch.queued_for.count(); },
                [](Config& c, std::int64_t n) { c.watch.queued_for = std::chrono::seconds(n); }),
      whole_key("watch.load_percent", "An alert is raised when processor or memory are used more than this for watch.load_seconds while jobs wait longer than watch.wait_seconds; 0: never.", {0, 100}, [](const Config& c) { return c.watch.most_load; },
                [](Config& c, std::int64_t n) { c.watch.most_load = static_cast<int>(n); }),
      whole_key("watch.load_seconds", "How long watch.load_percent must be exceeded.", {0, kYear}, [](const Config& c) { return c.watch.load_for.count(); },
                [](Config& c, std::int64_t n) { c.watch.load_for = std::chrono::seconds(n); }),
      flag_key("watch.lost_workers", "An alert is raised when a worker is silent beyond its lease and does not come back.", [](Config& c) -> bool& { return c.watch.lost_workers; }),
  };
}

std::vector<Key> edge_keys() {
  auto seconds = [](const char* name, const char* sentence, std::chrono::milliseconds http::ServerConfig::*field) {
    return whole_key(name, sentence, {1, 86'400}, [field](const Config& c) { return (c.http.*field).count() / 1000; },
                     [field](Config& c, std::int64_t n) { c.http.*field = std::chrono::seconds(n); });
  };
  auto count = [](const char* name, const char* sentence, int http::ServerConfig::*field) {
    return whole_key(name, sentence, {1, 1'000'000}, [field](const Config& c) { return c.http.*field; }, [field](Config& c, std::int64_t n) { c.http.*field = static_cast<int>(n); });
  };
  return {
      networks_key("http.trusted_proxies", "Addresses of proxies that are believed who the client is; empty: nobody is.",
                   [](Config& c) -> std::vector<Network>& { return c.http.trusted_proxies; }),
      choice_key("http.forwarded", "Which headers the trusted proxies set, x-forwarded (X-Forwarded-For, -Proto, -Host) or forwarded; the other ones are a client's.",
                 [](Config& c) -> std::string& { return c.edge.forwarded; }, {"x-forwarded", "forwarded"}),
      text_key("http.allowed_hosts", "Host names that this server is asked by, as photos.example.com, .lan, or *; empty: on loopback only localhost and addresses, elsewhere any.",
               [](Config& c) -> std::string& { return c.edge.allowed_hosts; }),
      text_key("http.cors_origins", "Pages of these origins may read answers with a token of their own, as https://app.example.com; empty: none.",
               [](Config& c) -> std::string& { return c.edge.cors_origins; }),
      count("http.max_connections", "Open connections in all; at the bound idle ones give way, then new ones are closed.", &http::ServerConfig::most_connections),
      count("http.max_connections_per_address", "Open connections of one address; trusted proxies have no such bound.", &http::ServerConfig::most_connections_per_address),
      seconds("http.header_seconds", "A request's header must be complete within this time.", &http::ServerConfig::header_timeout),
      seconds("http.body_seconds", "A request's body must be complete within this time, however steadily it comes.", &http::ServerConfig::body_total_timeout),
      whole_key("http.least_bytes_per_second", "Slower bodies and readers are cut off after 10 seconds; 0: any speed will do.", {0, 1'000'000'000},
                [](const Config& c) { return static_cast<std::int64_t>(c.http.least_body_rate); }, [](Config& c, std::int64_t n) { c.http.least_body_rate = static_cast<std::uint64_t>(n); }),
      whole_key("http.drain_notice_seconds", "When told to stop, the server says so at /readyz for this time before it closes, so that a load balancer can turn away.", {0, 3600},
                [](const Config& c) { return c.drain_notice.count(); }, [](Config& c, std::int64_t n) { c.drain_notice = std::chrono::seconds(n); }),
      choice_key("log.access", "The access log, a line of JSON for each answer: off, stdout or file.", [](Config& c) -> std::string& { return c.edge.access_log; },
                 {"off", "stdout", "file"}),
      text_key("log.access_file", "Where log.access = \"file\" writes; opened again when it was moved away; empty: access.log in the data folder.",
               [](Config& c) -> std::string& { return c.edge.access_file; }),
      networks_key("metrics.open_from", "Addresses from which /metrics may be read without a token; empty: from none.",
                   [](Config& c) -> std::vector<Network>& { return c.metrics_open_from; }),
      metrics_listen_key(),
  };
}

// A list that parse() reads and text() writes back.
template <class List>
Key list_key(const char* name, const char* sentence, const char* allowed, List delivery::DeliveryConfig::*field, std::optional<List> (*parse)(std::string_view),
             std::string (*text)(const List&)) {
  Key key = make(name, sentence, allowed);
  key.get = [field, text](const Config& config) { return quoted(text(config.delivery.*field)); };
  key.set = [field, parse](Config& config, const std::string& value) {
    auto list = parse(value);
    if (list) config.delivery.*field = *list;
    return list.has_value();
  };
  return key;
}

template <class List>
Key guard_key(const char* name, const char* sentence, const char* allowed, List delivery::GuardConfig::*field, std::optional<List> (*parse)(std::string_view),
              std::string (*text)(const List&)) {
  Key key = make(name, sentence, allowed);
  key.get = [field, text](const Config& config) { return quoted(text(config.delivery.guard.*field)); };
  key.set = [field, parse](Config& config, const std::string& value) {
    auto list = parse(value);
    if (list) config.delivery.guard.*field = *list;
    return list.has_value();
  };
  return key;
}

Key delivery_seconds_key(const char* name, const char* sentence, std::chrono::milliseconds delivery::DeliveryConfig::*field) {
  return whole_key(name, sentence, {1, 300}, [field](const Config& c) { return (c.delivery.*field).count() / 1000; },
                   [field](Config& c, std::int64_t n) { c.delivery.*field = std::chrono::seconds(n); });
}

std::vector<Key> webhook_keys() {
  using delivery::DeliveryConfig, delivery::GuardConfig;
  return {
      flag_key("webhooks.allow_http", "Endpoints and callback_url may also be http, not only https.", [](Config& c) -> bool& { return c.delivery.guard.allow_http; }),
      guard_key("webhooks.ports", "Ports that endpoints and callback_url may have.", "port numbers between spaces, as 443 8443", &GuardConfig::ports, delivery::parse_ports, delivery::ports_text),
      guard_key("webhooks.allow_cidrs", "Private addresses that endpoints and callback_url may lead to; a cloud's metadata addresses are never called.",
                "ranges between spaces, as 10.0.0.0/8 fd00::/8", &GuardConfig::allowed, delivery::parse_cidrs, delivery::cidrs_text),
      list_key("webhooks.retry_delays", "Seconds before the second try, the third and so on; after the last one the delivery is dead.", "seconds between spaces, as 5 300 1800",
               &DeliveryConfig::delays, delivery::parse_delays, delivery::delays_text),
      delivery_seconds_key("webhooks.timeout_seconds", "Time that a receiver has for one try.", &DeliveryConfig::timeout),
      delivery_seconds_key("webhooks.site_timeout_seconds", "The same for the callback of a site.", &DeliveryConfig::site_timeout),
      whole_key("webhooks.per_receiver", "Tries under way at once to one receiver.", {1, 128}, [](const Config& c) { return c.delivery.per_target; },
                [](Config& c, std::int64_t n) { c.delivery.per_target = static_cast<int>(n); }),
      whole_key("webhooks.keep_days", "Ended deliveries and their tries are kept so long; 0: for ever.", {0, 36'500}, [](const Config& c) { return c.delivery.keep.count(); },
                [](Config& c, std::int64_t n) { c.delivery.keep = std::chrono::days(n); }),
  };
}

std::vector<Key> cluster_keys() {
  Key database = text_key("database", "Address of a PostgreSQL database, postgresql://user:password@host/name, that any number of processes may share; empty: SQLite in the data folder.",
                          [](Config& c) -> std::string& { return c.database; });
  database.secret = true;
  Key secret = text_key("cluster_secret", "What the processes of one installation know each other by, the same on all of them; empty: workers need the photo folder mounted.",
                        [](Config& c) -> std::string& { return c.cluster_secret; });
  secret.secret = true;
  return {
      database,
      secret,
      text_key("internal_url", "Where other processes of the installation reach this one; empty: http and the address listened on.", [](Config& c) -> std::string& { return c.internal_url; }),
      text_key("node_name", "Name of this process in the list of workers; empty: host and process number.", [](Config& c) -> std::string& { return c.node_name; }),
      whole_key("lease_seconds", "A process that is silent for so long is taken for dead, and its jobs run elsewhere; it reports five times as often.", {1, 3600},
                [](const Config& c) { return c.lease.count() / 1000; }, [](Config& c, std::int64_t n) { c.lease = std::chrono::seconds(n); }),
  };
}

std::vector<Key> compat_keys() {
  return {
      choice_key("compat.reply", "What POST /process-image/ answers: queued at once, or the result when it is there, for which the connection is held up to 300 seconds.",
                 [](Config& c) -> std::string& { return c.compat.reply; }, {"queued", "result"}),
      delay_key("compat.callback_delay", "A callback goes out no sooner than this after the answer, because the old Celery task saves its row once more then.",
                [](Config& c) -> Duration& { return c.compat.callback_delay; }),
      networks_key("compat.open_from", "Addresses from which /process-image/ and /queue-status/ may be called without a token; empty: from none.",
                   [](Config& c) -> std::vector<Network>& { return c.compat.open_from; }),
  };
}

// A table of the file stands in one place, however many parts have keys in it: TOML refuses a second one of the same name.
void gather_tables(std::vector<Key>& all) {
  auto table = [](const Key& key) { return key.name.substr(0, key.name.find('.') == std::string::npos ? 0 : key.name.find('.')); };
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < all.size(); ++i) first.emplace(table(all[i]), i);
  std::ranges::stable_sort(all, {}, [&](const Key& key) { return first.at(table(key)); });
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> kKeys = [] {
    std::vector<Key> all = general_keys();
    for (auto part : {cluster_keys(), edge_keys(), std::vector<Key>{rate_limit_key()}, access_keys(), run_keys(), photo_keys(), upload_keys(), upkeep_keys(), compat_keys(), webhook_keys()}) all.insert(all.end(), part.begin(), part.end());
    gather_tables(all);
    return all;
  }();
  return kKeys;
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1" || address == "localhost"; }

bool parse_listen(const std::string& text, std::string& address, std::uint16_t& port) {
  auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string host = text.substr(0, colon);
  std::int64_t number = 0;
  if (!parse_whole(text.substr(colon + 1), 0, std::numeric_limits<std::uint16_t>::max(), number)) return false;
  bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
  if (!bracketed && host.find(':') != std::string::npos) return false;
  address = bracketed ? host.substr(1, host.size() - 2) : host;
  port = static_cast<std::uint16_t>(number);
  return true;
}

}  // namespace darkroom::config
