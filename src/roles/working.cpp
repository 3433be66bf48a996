#include "roles/working.h"

#include "base/log.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace darkroom::roles {
namespace {

constexpr std::chrono::seconds kTrimEvery{5};
constexpr std::chrono::seconds kTrimSoon{1};  // while idle children leave, and after them their processes
constexpr Duration kNothingToDo = std::chrono::hours(1);

worker::WorkerConfig worker_config(const Ground& ground) {
  worker::WorkerConfig config = ground.config.worker;
  config.node = ground.node_id;
  config.at = ground.at_node();
  config.refuse_truncated = ground.config.runner.photo.refuse_truncated;
  return config;
}

// The folder is proved to be the one of a process that takes photos in by its id, which travels with the folder and not with its path.
bool shares_folder_with_web(Ground& ground) {
  return std::ranges::any_of(ground.store.nodes(ground.clock.now()),
                             [&](const store::NodeRecord& node) { return node.role != "worker" && node.blob_store == ground.blobs.id(); });
}

}  // namespace

std::vector<std::string> PeerUrls::operator()() {
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  if (!urls_.empty() && now - looked_ < std::chrono::seconds(2)) return urls_;
  looked_ = now;
  // One that counts as stopped may live: after a fault of the database it is taken for dead until its next heartbeat.
  urls_ = ground_.store.peers_of(ground_.node_id);
  return urls_;
}

Working::Working(Ground& ground, const std::string& url, Observing& observing) : ground_(ground), zygotes_(ground.config.runner) {
  worker::WorkerParts parts{ground.store, photos(), ground.catalogue, zygotes_, ground.clock};
  parts.on_ended = [&observing](const domain::ClaimedJob& job, const domain::Ending& ending, bool applied) { observing.note_attempt(job, ending, applied); };
  // Where the photos lie on other machines, nobody asks this one for pictures.
  bool shows_pictures = ground.role != Role::worker || !fetched_;
  if (shows_pictures) parts.keep_thumbnail = [&ground](const std::string& sha256, const std::string& jpeg) { ground.pictures.keep_soon(views::thumbnail_name(sha256), jpeg); };
  worker_ = std::make_unique<worker::Worker>(worker_config(ground), parts);
  store::NodeRecord node = ground.node();
  node.url = url;
  node.slots = worker_->slots();
  for (const models::ModelPtr& model : ground.catalogue.models()) node.models.push_back(model->name);
  // Alone with its database nobody waits for the lease to end: the registry is told less often.
  auto length = ground.store.is_shared() ? ground.config.lease : std::chrono::milliseconds(60'000);
  worker::LeaseConfig lease{length, length / 5};
  lease_ = std::make_unique<worker::LeaseKeeper>(lease, ground.store, worker_.get(), std::move(node), ground.clock);
  if (models::ModelPtr model = ground.catalogue.find(ground.config.default_model); model && model->engine != domain::EngineKind::http) {
    warm_up_ = std::make_unique<Loop>("warm_up", [this, model, done = false]() mutable {
      if (!done) zygotes_.warm_up(*model);
      done = true;
      return kNothingToDo;
    });
  }
  if (ground.config.models_memory > 0) {
    memory_ = std::make_unique<Loop>("models_memory", [this] {
      zygotes_.trim(ground_.config.models_memory, ground_.config.default_model);
      return zygotes_.is_tight() ? kTrimSoon : kTrimEvery;
    });
  }
}

Working::~Working() { drain(); }

blob::BlobReader& Working::photos() {
  const config::Config& config = ground_.config;
  if (!ground_.store.is_shared()) return ground_.blobs;
  if (config.cluster_secret.empty()) {
    if (ground_.role != Role::worker || shares_folder_with_web(ground_)) return ground_.blobs;
    throw std::runtime_error("this worker cannot get at the photos: " + config.data_dir +
                             "/blobs is not the folder of any web process of this database, and cluster_secret is empty. Start a web process first and mount its data folder here, "
                             "or set the same cluster_secret (DARKROOM_CLUSTER_SECRET) on all processes so that photos are fetched.");
  }
  auto urls = std::make_shared<PeerUrls>(ground_);
  fetched_ = std::make_unique<peer::FetchedPhotos>(peer::FetchConfig{.folder = config.data_dir, .secret = config.cluster_secret}, ground_.blobs, [urls] { return (*urls)(); }, ground_.clock);
  return *fetched_;
}

// A cancelled job's slot is freed at once where the news arrives; where it does not, the next heartbeat tells.
void Working::hear(const std::vector<store::Event>& events) {
  bool work = false;
  for (const store::Event& event : events) {
    work = work || worker::brings_work(event.type);
    if (event.job && event.type == "job.cancelled") worker_->call_off(*event.job);
    if (event.image && event.type == "image.deleted") worker_->call_off(*event.image);
  }
  if (work) worker_->wake();
}

void Working::drain() {
  zygotes_.stop();
  if (warm_up_) warm_up_->stop();
  if (std::exchange(drained_, true)) return;
  if (memory_) memory_->stop();
  lease_->drain();
  worker_->stop(ground_.config.drain_grace);
  lease_->leave();
}

}  // namespace darkroom::roles
