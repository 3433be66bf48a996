// Looking: at the start, and then again and again.
#include "models/librarian.h"

#include "base/log.h"
#include "domain/error_codes.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace darkroom::models {
namespace {

// At the start a file that has just changed gets this long to grow; later the time between two looks does the same.
constexpr std::chrono::nanoseconds kYoung = std::chrono::seconds(2);
constexpr int kMomentMillis = 250;

const Actor kFolder{"system", "found in the models folder"};
const Actor kStart{"system", "tried at the start"};
constexpr const char* kGoesOn = "tried again, since it was cut short";

void wait_a_moment() { ::poll(nullptr, 0, kMomentMillis); }

bool is_young(const Drop& drop, Time now) { return now.time_since_epoch() - drop.changed < kYoung; }

std::int64_t bytes_of(const Drop& drop) {
  auto model = drop.files.find(FilePart::model);
  if (model == drop.files.end()) return 0;
  std::error_code gone;
  auto size = std::filesystem::file_size(model->second, gone);
  return gone ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

void Librarian::open(Library::Leftovers leftovers) {
  {
    std::lock_guard lock(acts_);
    if (config_.runs_models) library_.open(leftovers);
    follow_library(Occasion::start);
  }
  if (config_.runs_models) take_drops_at_start();
  std::lock_guard lock(acts_);
  publish();
}

void Librarian::look() {
  std::unique_lock lock(acts_);
  follow_library(Occasion::later);
  bool tries = config_.runs_models && probe_;
  if (!config_.runs_models) look_at_drops();
  lock.unlock();
  if (tries) {
    take_settled_drops();
    lock.lock();
    publish();  // what is being tried can be seen
    lock.unlock();
    try_wanted();
    retire_replaced();
  }
  lock.lock();
  publish();
}

// None: somebody acts on it, or nothing may be done any more. What is to be done can wait for the next look.
std::unique_ptr<Librarian::Turn> Librarian::turn_if_free(const std::string& name) {
  std::unique_lock lock(acts_);
  return stopped_ || in_turn_.contains(name) ? nullptr : std::make_unique<Turn>(*this, std::move(lock), name);
}

bool Librarian::is_trusted(const VersionInfo& version) const {
  return version.model && version.verdict && version.verdict->passed() && version.verdict->runtime == config_.runtime;
}

// Another process on the same library may have done something, and at the start nothing is known.
void Librarian::follow_library(Occasion occasion) {
  std::vector<std::string> names = library_.names();
  for (const std::string& name : names) {
    if (in_turn_.contains(name)) continue;
    auto entry = entries_.find(name);
    if (entry == entries_.end() || entry->second.stamp != library_.stamp(name)) settle(reload(name), occasion);
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (std::ranges::find(names, entry->first) != names.end() || in_turn_.contains(entry->first)) {
      ++entry;
      continue;
    }
    if (ModelPtr shown = catalogue_.find(entry->first)) {
      catalogue_.withdraw(entry->first);
      if (retire_) replaced_.emplace_back(shown->name, shown->version);
    }
    entry = entries_.erase(entry);
  }
}

// What is to be done about it: shown at once, tried first, or nothing. Later than at the start, who added a version tries it, and goes on with it when
// something went wrong before it was current.
void Librarian::settle(Entry& entry, Occasion occasion) {
  const ModelInfo& info = entry.info;
  std::vector<std::string> before = std::exchange(entry.wanted, {});
  entry.retry_at = Time{};
  const VersionInfo* current = info.current ? info.find(*info.current) : nullptr;
  ModelPtr shown = catalogue_.find(info.name);
  if (current && is_trusted(*current)) {
    if (!shown || shown->version != current->version) catalogue_.show(std::make_shared<domain::Model>(*current->model));
    if (shown && shown->version != current->version && retire_) replaced_.emplace_back(shown->name, shown->version);
  } else if (current) {
    entry.wanted.push_back(current->version);
  }
  std::optional<std::string> next = library_.next(info.name);
  for (const VersionInfo& version : info.versions) {
    bool is_next = version.version == next;
    bool is_newest = &version == &info.versions.front() && &version != current;
    bool failed = version.verdict && !version.verdict->passed();
    bool ours = is_next && std::ranges::find(before, version.version) != before.end();
    bool at_start = (is_next && !failed) || (is_newest && (!version.verdict || (failed && !current)));
    if (occasion == Occasion::start ? at_start : ours && !failed) entry.wanted.push_back(version.version);
  }
}

// Those that are not as they were when they were taken, or found wanting.
std::vector<Drop> Librarian::look_at_drops() {
  DropFolder folder = look_at(config_.drop_folder);
  if (folder.wrong.size() != wrong_.size()) {
    for (const WrongDrop& wrong : folder.wrong) log::warning("model cannot be used", {{"model", wrong.name}, {"problem", wrong.error.message}});
  }
  wrong_ = std::move(folder.wrong);
  std::erase_if(problems_, [&](const auto& problem) { return std::ranges::find(folder.drops, problem.first, &Drop::name) == folder.drops.end(); });
  if (config_.runs_models && std::filesystem::is_directory(config_.drop_folder)) {
    std::vector<std::string> names;
    for (const Drop& drop : folder.drops) names.push_back(drop.name);
    library_.forget_taken(names);
  }
  std::erase_if(folder.drops, [&](const Drop& drop) {
    auto problem = problems_.find(drop.name);
    if (problem != problems_.end() && problem->second.fingerprint == drop.fingerprint) return true;
    auto taken = library_.taken(drop.name);
    return taken && taken->fingerprint == drop.fingerprint;
  });
  std::map<std::string, std::string> seen;
  for (const Drop& drop : folder.drops) seen[drop.name] = drop.fingerprint;
  std::swap(seen_, seen);
  for (Drop& drop : folder.drops) {
    if (auto before = seen.find(drop.name); before == seen.end() || before->second != drop.fingerprint) {
      drop.changed = std::chrono::nanoseconds::max();
    }
  }
  return std::move(folder.drops);
}

void Librarian::take_settled_drops() {
  std::unique_lock lock(acts_);
  std::vector<Drop> drops = look_at_drops();
  lock.unlock();
  for (const Drop& drop : drops) {
    if (drop.changed == std::chrono::nanoseconds::max()) continue;
    if (auto turn = turn_if_free(drop.name)) take(*turn, drop);
  }
}

// So that what lies there is known when the server begins to answer. Files that go on growing are left to the later looks.
void Librarian::take_drops_at_start() {
  std::vector<Drop> drops = look_at(config_.drop_folder).drops;
  std::unique_lock lock(acts_);
  look_at_drops();
  bool any_young = std::ranges::any_of(drops, [&](const Drop& drop) { return seen_.contains(drop.name) && is_young(drop, clock_.now()); });
  lock.unlock();
  if (any_young) wait_a_moment();
  take_settled_drops();
}

Result<domain::Model> Librarian::stage_drop(const Drop& drop, StagedVersion& staged) const {
  if (library_.free_bytes() - bytes_of(drop) < config_.free_disk_floor) {
    return Error{std::string(domain::code::insufficient_storage),
                 "There is not enough free space to copy " + drop.place +
                     " into the library. It is tried again; free some space, or lower storage.free_disk_floor_mb."};
  }
  for (const auto& [part, path] : drop.files) {
    if (auto copied = staged.copy(part, path); !copied) return copied.error();
  }
  return staged.finish(drop.name);
}

void Librarian::take(Turn& turn, const Drop& drop) {
  auto staged = library_.stage();
  auto model = turn.aside([&] { return stage_drop(drop, *staged); });
  std::vector<Drop> now = look_at(config_.drop_folder).drops;
  auto again = std::ranges::find(now, drop.name, &Drop::name);
  if (again == now.end() || again->fingerprint != drop.fingerprint) return;  // it changed under our hands
  problems_.erase(drop.name);
  if (!model) {
    // A full disk is tried again at the next look, anything else when the files have changed.
    std::string fingerprint = model.error().code == domain::code::insufficient_storage ? "" : drop.fingerprint;
    problems_[drop.name] = {fingerprint, model.error()};
    log::warning("model cannot be used", {{"model", drop.name}, {"problem", model.error().message}});
    return;
  }
  auto taken = library_.taken(drop.name);
  auto verdict = library_.verdict(drop.name, model->version);
  bool touched = taken && taken->version == model->version;  // the same again: a refused one is tried again, a removed one stays away
  if (!touched || library_.has(drop.name, model->version)) {
    Kept how = keep(turn, *model, *staged, kFolder);
    Entry& entry = reload(drop.name);
    bool is_current = entry.info.current == model->version;
    bool is_asked = !touched || (verdict && !verdict->passed());
    bool runs = is_current && catalogue_.find(drop.name);
    if ((is_current && how == Kept::mended) || (!runs && is_asked)) want(entry, model->version);
  }
  library_.set_taken(drop.name, {drop.fingerprint, model->version});
}

void Librarian::try_wanted() {
  std::unique_lock lock(acts_);
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (!entry.wanted.empty()) names.push_back(name);
  }
  lock.unlock();
  for (const std::string& name : names) {
    auto turn = turn_if_free(name);
    if (!turn) continue;
    auto entry = entries_.find(name);
    if (entry == entries_.end() || entry->second.retry_at > clock_.now()) continue;
    for (const std::string& version : std::vector<std::string>(entry->second.wanted)) {
      if (!stopped_) try_wanted(*turn, entry->second, version);
    }
  }
}

// Unless it is shown again, or somebody acts on its model: then at the next look.
void Librarian::retire_replaced() {
  std::unique_lock lock(acts_);
  std::vector<std::pair<std::string, std::string>> replaced = std::exchange(replaced_, {});
  lock.unlock();
  for (auto& [model, version] : replaced) {
    auto turn = turn_if_free(model);
    if (!turn) {
      lock.lock();
      replaced_.emplace_back(model, version);
      lock.unlock();
    } else if (ModelPtr shown = catalogue_.find(model); !shown || shown->version != version) {
      retire(*turn, model, version);
    }
  }
}

// Passed: it is current, unless it was added for later; until it is, it stays wanted, and what throws leaves it to the next look, which needs no second
// trial. Refused: that is told, and only what has run before is tried again by itself.
void Librarian::try_wanted(Turn& turn, Entry& entry, const std::string& version) {
  const VersionInfo* info = entry.info.find(version);
  if (!info || !info->model) {
    std::erase(entry.wanted, version);
    return;
  }
  bool has_run = entry.info.current == version;
  domain::Model model = *info->model;
  Actor actor = has_run ? kStart : info->added.by == kFolder.name ? kFolder : Actor{info->added.by, kGoesOn};
  Trial trial = is_trusted(*info) ? info->verdict->trial : try_out(turn, model);
  if (trial.was_cut_short()) return;
  if (!trial.error && (has_run || library_.next(model.name) == version)) {
    make_current(turn, entry, model, actor);
    entry.retry_at = Time{};
  } else if (!trial.error) {
    retire(turn, model.name, version);
  } else if (has_run) {
    entry.retry_at = clock_.now() + kRetryPeriod;
  } else {
    tell_({"model.refused", model.name, version, "", {actor.name, trial.error->message}});
  }
  reload(model.name);
  if (!trial.error || !has_run) std::erase(entry.wanted, version);
  if (trial.error) retry_current(entry);
}

}  // namespace darkroom::models
