#include "roles/ground.h"

#include "base/id.h"
#include "base/log.h"
#include "roles/model_keeping.h"
#include "roles/version.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace darkroom::roles {
namespace {

// A folder that was made just now, or is empty, becomes private; one that holds something keeps its owner's choice.
const std::string& private_folder(const std::string& path) {
  bool fresh = !std::filesystem::exists(path) || std::filesystem::is_empty(path);
  std::filesystem::create_directories(path);
  if (::access(path.c_str(), W_OK) != 0) throw std::runtime_error("the data folder " + path + " is not writable: " + std::strerror(errno));
  if (fresh) ::chmod(path.c_str(), 0700);
  return path;
}

std::unique_ptr<store::Store> open(const config::Config& config, Role role, Time now) {
  const std::string& folder = private_folder(config.data_dir);
  if (config.database.empty() && role != Role::serve) {
    throw std::runtime_error("`darkroom " + std::string(to_string(role)) +
                             "` needs a database that several processes can share: set database (DARKROOM_DATABASE) to postgresql://user@host/name. "
                             "On one machine `darkroom serve` does everything in one process with SQLite.");
  }
  return store::open_store(config.database.empty() ? folder + "/darkroom.db" : config.database, now);
}

// Then the sweep, and not the place of the photo, tells which pictures are not needed any more.
bool photos_lie_elsewhere(const config::Config& config, const store::Store& store) { return store.is_shared() && !config.cluster_secret.empty(); }

models::LibrarianConfig librarian_config(const config::Config& config, Role role) {
  return {.library = config.data_dir + "/library",
          .drop_folder = config.models_dir,
          .runtime = model_runtime(config),
          .free_disk_floor = config.free_disk_floor,
          .runs_models = role != Role::web};
}

// Names and versions have no character that JSON would escape.
store::Event event_of(const models::Act& act, Time now) {
  std::string data = "{\"model\":\"" + act.model + "\"";
  if (!act.version.empty()) data += ",\"version\":\"" + act.version + "\"";
  if (!act.previous.empty()) data += ",\"previous\":\"" + act.previous + "\"";
  return {.at = now, .type = act.type, .actor = act.actor.name, .reason = act.actor.reason, .data = data + "}"};
}

// Processes that share a database must open each other's secrets: their cluster_secret makes the key. Otherwise it lies in the data folder, and in no
// copy of the database.
auth::Sealer sealer_of(const config::Config& config, const store::Store& store) {
  if (store.is_shared() && !config.cluster_secret.empty()) return auth::Sealer::from_secret(config.cluster_secret);
  return auth::Sealer::from_key_file(config.data_dir + "/secret.key");
}

std::string host_and_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return std::string(host.data()) + ":" + std::to_string(::getpid());
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::serve: return "serve";
    case Role::web: return "web";
    case Role::worker: return "worker";
  }
  throw std::logic_error("no such role");
}

Ground::Ground(const config::Config& the_config, Role the_role)
    : config(the_config),
      role(the_role),
      opened(open(config, role, clock.now())),
      store(*opened),
      blobs(config.data_dir + "/blobs", store.is_shared() ? blob::FileBlobStore::Leftovers::old : blob::FileBlobStore::Leftovers::all),
      pictures({config.data_dir + "/pictures", config.pictures_budget}, [this](const std::string& sha256) { return photos_lie_elsewhere(config, store) || blobs.open(sha256); }),
      catalogue({.null_engine = config.test_mode}),
      librarian(librarian_config(config, role), catalogue, clock, [this](const models::Act& act) { store.record(event_of(act, clock.now())); }),
      sealer(sealer_of(config, store)),
      node_id(make_uuid_v7(clock.now())) {
  librarian.open(store.is_shared() ? models::Library::Leftovers::old : models::Library::Leftovers::all);
}

std::string Ground::at_node() const { return store.is_shared() ? "@" + node().name : ""; }

store::NodeRecord Ground::node() const {
  store::NodeRecord node;
  node.id = node_id;
  node.name = config.node_name.empty() ? host_and_process() : config.node_name;
  node.role = to_string(role);
  node.version = kVersion;
  node.blob_store = blobs.id();
  return node;
}

}  // namespace darkroom::roles
