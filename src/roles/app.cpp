#include "roles/app.h"

#include "api/routes.h"
#include "api/rules.h"
#include "api/waiting.h"
#include "base/log.h"
#include "base/network.h"
#include "roles/version.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <thread>

namespace darkroom::roles {
namespace {

constexpr Duration kGaugePeriod = std::chrono::milliseconds(400);

api::ApiConfig api_config(const Ground& ground) {
  const config::Config& config = ground.config;
  auto seconds = [](std::chrono::milliseconds limit) { return std::chrono::ceil<std::chrono::seconds>(limit); };
  return {.version = kVersion,
          .default_model = config.default_model,
          .free_disk_floor = config.free_disk_floor,
          .photo = config.runner.photo,
          .max_attempts = config.worker.retry.max_retries + 1,
          .soft_limit = seconds(config.runner.run.soft),
          .hard_limit = seconds(config.runner.run.hard),
          .compat = config.compat,
          .node = ground.node_id,
          .time_zone = config.time_zone};
}

// Who needs no credential, because of where it comes from, and the name that it acts under.
std::function<std::optional<std::string>(std::string_view, const http::Request&)> open_to(const config::Config& config) {
  return [site = config.compat.open_from, metrics = config.metrics_open_from](std::string_view rule, const http::Request& request) -> std::optional<std::string> {
    bool open = (rule == api::kSite && contains(site, request.client_address)) || (rule == api::kMetrics && contains(metrics, request.client_address));
    return open ? std::optional<std::string>("open") : std::nullopt;
  };
}

api::RunnerState shown(const runner::ZygoteStatus& zygote) {
  return {zygote.model, zygote.version, zygote.sandbox, zygote.pid, zygote.error ? zygote.error->message : ""};
}

std::string bracketed(const std::string& address) { return address.find(':') == std::string::npos ? address : "[" + address + "]"; }

// What the others can call: the configured address, or the one listened on, or this host's name when that is all of them.
std::string url_for_peers(const config::Config& config, std::uint16_t port) {
  if (!config.internal_url.empty()) return config.internal_url;
  std::string host = bracketed(config.http.address);
  if (config.http.address == "0.0.0.0" || config.http.address == "::") {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    host = name.data();
  }
  return "http://" + host + ":" + std::to_string(port);
}

std::vector<std::string> models_of(const std::vector<store::NodeRecord>& nodes) {
  std::set<std::string> models;
  for (const store::NodeRecord& node : nodes) {
    if (is_alive(node)) models.insert(node.models.begin(), node.models.end());
  }
  return {models.begin(), models.end()};
}

// Also one that cannot be used at the moment: /readyz says why.
bool is_here(const Ground& ground, const std::string& model) { return ground.catalogue.find(model) || ground.librarian.find(model); }

}  // namespace

std::string address_file(const std::string& data_dir) { return data_dir + "/server.address"; }

App::App(const config::Config& config, Role role) : config_(config), ground_(config_, role), observing_(config_) {
  store::Store& store = ground_.store;
  if (role != Role::web && !is_here(ground_, config.default_model)) {
    throw std::runtime_error("default_model is '" + config.default_model + "', but the models here are: " + ground_.catalogue.names() + ". Put it into " + config.models_dir +
                             "/" + config.default_model + "/model.onnx, or choose another.");
  }
  int orphans = store.is_shared() ? 0 : store.requeue_orphans("the server stopped while it ran", config.worker.retry, ground_.clock.now());
  if (orphans > 0) observing_.counters().add(metrics::kRescues, {"server_restarted"}, orphans);
  store.record({.at = ground_.clock.now(), .type = "server.started", .actor = "system", .reason = "version " + std::string(kVersion) + ", role " + std::string(to_string(role))});
  registration_.emplace(ground_);  // before anything is claimed in its name
  upkeep_ = std::make_unique<Upkeep>(ground_, observing_.counters());
  if (role != Role::worker) serve_http();
  if (role != Role::web) working_ = std::make_unique<Working>(ground_, server_ ? url_for_peers(config_, server_->port()) : "", observing_);
  if (role == Role::web) show_presence();
  if (role == Role::worker && !config.metrics_listen.empty()) serve_metrics();
  models_ = std::make_unique<ModelKeeping>(ground_, working_.get());
  store.on_commit([this](const std::vector<store::Event>& events) { hear(events); });
  if (working_) working_->worker().wake();
  if (telling_) telling_->start();
  if (server_) watch_gauge();
  registration_->keep();
  log::info(role == Role::worker ? "worker started" : "server started",
            {{"role", to_string(role)}, {"url", url()}, {"slots", working_ ? working_->worker().slots() : 0}, {"default_model", config.default_model},
             {"models", ground_.catalogue.names()}, {"given_back", orphans}, {"node", ground_.node_id}});
}

App::~App() {
  drain();
  ground_.store.on_commit(nullptr);
  if (server_) ::unlink(address_file(config_.data_dir).c_str());
}

void App::make_parts() {
  parts_ = std::make_unique<api::Parts>(api::Parts{api_config(ground_), ground_.store, ground_.blobs, ground_.catalogue, ground_.clock, [this] { return report(); },
                                                   [this] { upkeep_->remove_freed_blobs(); }});
  metrics_page_ = std::make_unique<api::MetricsPage>(observing_.counters(), [this] { return server_ ? server_->traffic() : metrics_server_ ? metrics_server_->traffic() : http::Traffic{}; },
                                                     ground_.clock.now());
  parts_->metrics = metrics_page_.get();
  parts_->stopping = [this] { return stopping_.load(); };
}

void App::serve_metrics() {
  make_parts();
  http::ServerConfig edge = config_.http;
  config::parse_listen(config_.metrics_listen, edge.address, edge.port);
  edge.local_hosts_only = config::is_loopback(edge.address);
  metrics_server_ = std::make_unique<http::Server>(edge, api::make_watch_routes(*parts_), guard(), api::error_page, observing_.hooks());
  log::info("answers /metrics, /livez and /readyz", {{"at", bracketed(edge.address) + ":" + std::to_string(metrics_server_->port())}});
}

void App::serve_http() {
  // Each data folder over a shared database has a token of its own: the start of one process takes no other's away.
  std::string token = ground_.store.is_shared() ? std::string(kBootstrapToken) + "-" + ground_.blobs.id() : kBootstrapToken;
  log_in_ = ensure_admin(ground_.store, config_.data_dir, config_.admin_token, token, ground_.clock.now());
  make_parts();
  viewing_ = std::make_unique<Viewing>(ground_);
  log_in_gate_ = std::make_unique<api::LogInGate>([this](const std::string& name) { return ground_.store.find_account(name); });
  parts_->config.access = config_.access;
  parts_->settings = config_.settings;
  parts_->log_in = log_in_gate_.get();
  parts_->sealer = &ground_.sealer;
  telling_ = std::make_unique<Telling>(ground_);
  parts_->webhooks = telling_->webhooks();
  gauge_ = std::make_unique<api::QueueGauge>(ground_.store);
  parts_->gauge = gauge_.get();
  parts_->librarian = &ground_.librarian;
  uploading_ = std::make_unique<Uploading>(ground_);
  parts_->resumable = &uploading_->resumable();
  parts_->pictures = &viewing_->pictures();
  parts_->photos = &viewing_->photos();
  if (ground_.store.is_shared()) {
    parts_->models_elsewhere = [this] { return models_of(ground_.store.nodes(ground_.clock.now())); };
    parts_->models_known_elsewhere = [this] { return ground_.store.known_models(ground_.clock.now()); };
  }
  if (!config_.rate_limit.empty()) limiter_.emplace(*domain::parse_rate(config_.rate_limit));
  parts_->note_upload = [this](std::int64_t bytes) { observing_.counters().add(metrics::kUploadBytes, {}, static_cast<double>(bytes)); };
  server_ = std::make_unique<http::Server>(config_.http, api::make_routes(*parts_), api::with_rate_limit(guard(), limiter_ ? &*limiter_ : nullptr), api::error_page, observing_.hooks());
  viewing_->wake(*server_);
  uploading_->start(*parts_);
  write_private_file(address_file(config_.data_dir), bracketed(config_.http.address) + ":" + std::to_string(server_->port()) + " " + std::to_string(::getpid()) + "\n");
}

// What /health/ says is no older than this, and asking it costs no look at anything.
void App::watch_gauge() {
  gauge_rounds_ = std::make_unique<Loop>("gauge", [this] {
    struct Verdict {
      api::QueueGauge& gauge;
      bool can_run = false;
      ~Verdict() { gauge.note(can_run); }  // also when the store cannot be asked
    } verdict{*gauge_};
    gauge_->count();
    verdict.can_run = can_run();
    return kGaugePeriod;
  });
}

bool App::can_run() const {
  api::RunnerReport now = report();
  if (!now.runs_here) return !models_of(ground_.store.nodes(ground_.clock.now())).empty();
  return now.default_model_ready || std::ranges::any_of(now.runners, [](const api::RunnerState& runner) { return runner.pid > 0 && runner.problem.empty(); });
}

// Before who may comes whether anybody may: a server that stops takes nothing more in.
http::Guard App::guard() {
  return [this, rules = api::make_guard({ground_.store, config_.cluster_secret, ground_.clock, config_.access, open_to(config_)})](const http::Route& route, http::Request& request) -> std::optional<http::Response> {
    bool reads = request.method == http::Method::get || request.method == http::Method::head;
    if (stopping_ && !reads) return api::error_page("unavailable", "Darkroom is stopping and takes nothing more in. Send it again when it has started, or to another one.");
    return rules(route, request);
  };
}

// So that workers find the photos that lie here.
void App::show_presence() {
  store::NodeRecord node = ground_.node();
  node.url = url_for_peers(config_, server_->port());
  presence_ = std::make_unique<worker::LeaseKeeper>(worker::LeaseConfig{config_.lease, config_.lease / 5}, ground_.store, nullptr, std::move(node), ground_.clock);
}

std::string App::url() const { return server_ ? "http://" + bracketed(config_.http.address) + ":" + std::to_string(server_->port()) : ""; }

// First it is said that nothing more is taken in, then what runs is brought to its end while questions are still answered, and last the server closes.
void App::drain() {
  gauge_rounds_.reset();
  if (!stopping_.exchange(true) && server_) std::this_thread::sleep_for(config_.drain_notice);
  if (models_) models_->stop();
  upkeep_->stop_maintenance();  // before this node signs off: what that gives back would be claimed here once more
  if (working_) working_->drain();
  if (server_) server_->stop(std::chrono::seconds(2));
  if (metrics_server_) metrics_server_->stop(std::chrono::seconds(2));
  if (uploading_) uploading_->stop();
  if (viewing_) viewing_->stop();
  if (telling_) telling_->stop();
  if (presence_) presence_->leave();
  presence_.reset();
  upkeep_->stop();
}

// What a commit brings about: new work wakes the slots and the clock of retries, the end of a job wakes whoever waits for it.
void App::hear(const std::vector<store::Event>& events) {
  observing_.hear(events);
  if (working_) working_->hear(events);
  upkeep_->hear(events);
  if (telling_) telling_->hear(events);
  if (!server_) return;
  if (!events.empty()) server_->wake(api::kEventStreams);
  for (const store::Event& event : events) {
    if (auto id = api::parked_under(event)) server_->wake(*id);
  }
}

api::RunnerReport App::report() const {
  api::RunnerReport report;
  report.runs_here = ground_.role != Role::web;
  report.default_model_problem = "is being loaded";
  if (viewing_) {
    for (const runner::ZygoteStatus& zygote : viewing_->runners()) report.runners.push_back(shown(zygote));
  }
  if (!working_) return report;
  report.slots = working_->worker().slots();
  models::ModelPtr chosen = ground_.catalogue.find(config_.default_model);
  if (chosen && chosen->engine == domain::EngineKind::http) report.default_model_ready = true;  // whether its service answers is told by its jobs
  for (const models::Unusable& unusable : ground_.catalogue.unusable()) {
    if (!chosen && unusable.name == config_.default_model) report.default_model_problem = unusable.error.message;
  }
  for (const runner::ZygoteStatus& zygote : working_->zygotes().status()) {
    report.runners.push_back(shown(zygote));
    if (!chosen || zygote.model != chosen->name || zygote.version != chosen->version) continue;
    report.default_model_ready = !zygote.error && zygote.pid > 0;
    if (zygote.error) report.default_model_problem = zygote.error->message;
  }
  return report;
}

}  // namespace darkroom::roles
