// The whole configuration: each part's own struct, filled from defaults, a file, the environment and flags, in rising order.
#pragma once

#include "api/access_config.h"
#include "api/compat_config.h"
#include "api/settings.h"
#include "base/network.h"
#include "base/result.h"
#include "delivery/delivery_config.h"
#include "http/server.h"
#include "runner/pool/pool.h"
#include "scheduler/prune_finished.h"
#include "scheduler/sweep_blobs.h"
#include "scheduler/watch_config.h"
#include "worker/worker.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace darkroom::config {

// The HTTP edge as it is written; load() turns it into fields of ServerConfig.
struct EdgeTexts {
  std::string forwarded = "x-forwarded";
  std::string allowed_hosts;
  std::string cors_origins;
  std::string access_log = "off";  // off, stdout, file
  std::string access_file;         // empty: access.log in the data folder
};

struct Config {
  std::string data_dir;    // database, photos, credentials
  std::string database;    // postgresql://...; empty: SQLite in the data folder
  std::string cluster_secret;  // shared by the processes of one installation
  std::string internal_url;    // where other processes reach this one; empty: the address listened on
  std::string node_name;       // in the registry; empty: host and process
  std::chrono::milliseconds lease{10'000};
  std::string time_zone = "UTC";  // of schedules that name none
  std::string models_dir;  // NAME/model.onnx; empty: <data_dir>/models
  std::string default_model = "demo";
  std::string admin_token;  // replaces the bootstrap token at every start; empty: one is made at the first
  std::int64_t free_disk_floor = 500'000'000;  // bytes; below it no photo is taken in
  std::string rate_limit;  // requests of one token, as 600/m; empty: any number
  std::int64_t uploads_quota = 10'000'000'000;  // bytes that all uploads in pieces may have announced together
  std::chrono::hours uploads_kept{24};            // then one that is not complete is forgotten
  std::int64_t pictures_budget = 2'000'000'000;  // bytes of thumbnails, previews and overlays together
  std::int64_t models_memory = 4096LL * 1024 * 1024;  // bytes that the runners of all models may use together before idle ones end; 0: no bound
  std::chrono::seconds drain_grace{10};
  std::string log_format = "auto";  // text, json; auto: text on a terminal
  std::string log_level = "info";
  bool test_mode = false;
  std::string fail_points;  // only of the environment and in test mode, see base/fail_point.h

  api::AccessConfig access;
  EdgeTexts edge;
  std::chrono::seconds drain_notice{0};
  std::vector<Network> metrics_open_from;
  std::string metrics_listen;  // of a worker, as parse_listen() reads it; empty: it listens nowhere
  http::ServerConfig http;
  worker::WorkerConfig worker;
  runner::PoolConfig runner;
  scheduler::RetentionConfig retention;
  scheduler::SweepBlobsConfig sweep;
  scheduler::WatchConfig watch;
  delivery::DeliveryConfig delivery;
  api::CompatConfig compat;
  std::vector<api::Setting> settings;  // all of the above that has a key, as it is shown; filled by load()
};

// One key: its name in the file, its environment variable, its default, one sentence, and how a text sets it.
struct Key {
  std::string name;         // "run.slots"
  std::string environment;  // "DARKROOM_RUN_SLOTS"
  std::string sentence;
  std::function<std::string(const Config&)> get;                    // as the file writes it: 4, "text", true
  std::function<bool(Config&, const std::string& text)> set;        // false: not a value of this key
  std::string allowed;      // "a whole number from 0 to 1024"
  bool secret = false;      // never shown
};

const std::vector<Key>& keys();

struct Loaded {
  Config config;
  std::vector<std::string> warnings;           // DARKROOM_* variables that are no key: not an error, since orchestrators set such names
  std::map<std::string, std::string> origins;  // key -> "default", "file ...", "environment DARKROOM_...", "flag"
};

// Every key with its value and origin, without what secrets are.
std::vector<api::Setting> shown_settings(const Loaded& loaded);

struct Sources {
  std::string file;                                 // empty: <data_dir>/darkroom.toml if it is there
  std::map<std::string, std::string> environment;   // all DARKROOM_* variables, and kDjangoCallback
  std::map<std::string, std::string> flags;         // key -> text
  std::string default_data_dir;
  bool test_mode = false;
};

// All errors at once, one a line, each naming the file and line or the variable and what is allowed. A key that is not known is an error.
Result<Loaded> load(const Sources& sources);

// The address of the site `django`, as the service that Darkroom replaces was told it.
inline constexpr const char* kDjangoCallback = "DJANGO_CALLBACK_URL";
// Which server the commands talk to, and by what right: no keys, since a server has no use for them.
inline constexpr const char* kServerUrl = "DARKROOM_URL";
inline constexpr const char* kServerToken = "DARKROOM_TOKEN";

// config/darkroom.toml: every key with its default and its sentence.
std::string sample_file();

bool is_loopback(const std::string& address);

// "address:port" -> true and both parts set; "[::1]:8470" for IPv6.
bool parse_listen(const std::string& text, std::string& address, std::uint16_t& port);

}  // namespace darkroom::config
