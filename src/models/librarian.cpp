// Acts that somebody asks for, and what the others see of the library.
#include "models/librarian.h"

#include "base/fail_point.h"
#include "base/log.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <filesystem>

namespace darkroom::models {
namespace {

Error no_such_version(const std::string& name, const std::string& version) {
  return {std::string(domain::code::not_found),
          "There is no version '" + version + "' of a model '" + name + "'. `darkroom model show " + name + "` lists its versions."};
}

Error no_such_model(const std::string& name) {
  return {std::string(domain::code::not_found),
          "There is no model '" + name + "' that was added here. `darkroom model list` lists them; built-in ones cannot be changed."};
}

// Of the newest version where it is not the one that runs, or of the one that should run and does not.
std::optional<Error> problem_of(const ModelInfo& info) {
  for (const VersionInfo& version : info.versions) {
    if (version.unreadable) return version.unreadable;
    if (version.verdict && version.verdict->trial.error) return version.verdict->trial.error;
    if (version.version == info.current || version.verdict) break;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(ModelState state) {
  switch (state) {
    case ModelState::active: return "active";
    case ModelState::probing: return "probing";
    case ModelState::refused: return "refused";
    case ModelState::inactive: return "inactive";
  }
  return "";
}

const VersionInfo* ModelInfo::find(std::string_view version) const {
  auto found = std::ranges::find(versions, version, &VersionInfo::version);
  return found == versions.end() ? nullptr : &*found;
}

Librarian::Librarian(LibrarianConfig config, Catalogue& catalogue, const Clock& clock, Tell tell)
    : config_(std::move(config)), catalogue_(catalogue), clock_(clock), tell_(std::move(tell)), library_(config_.library) {}

void Librarian::start(Probe probe, Retire retire) {
  {
    std::lock_guard lock(acts_);
    probe_ = std::move(probe);
    retire_ = std::move(retire);
  }
  turned_.notify_all();
}

void Librarian::stop() {
  std::unique_lock lock(acts_);
  stopped_ = true;
  turned_.notify_all();
  turned_.wait(lock, [this] { return in_turn_.empty(); });
  probe_ = nullptr;
  retire_ = nullptr;
}

Result<void> Librarian::can_take() const {
  if (config_.runs_models) return {};
  return Error{std::string(domain::code::conflict),
               "This process runs no models and has none of its own. Put the files into the models folder of each machine that runs a worker, or ask "
               "a `darkroom serve`."};
}

Result<std::unique_ptr<Librarian::Turn>> Librarian::begin_act(const std::string& name) {
  if (auto can = can_take(); !can) return can.error();
  std::unique_lock lock(acts_);
  auto is_ours = [&] { return stopped_ || (probe_ && in_turn_.size() < kMostAtOnce && !in_turn_.contains(name)); };
  bool came = is_ours();
  if (!came && waiting_ < kMostWaiting) {
    ++waiting_;
    came = turned_.wait_for(lock, config_.patience, is_ours);
    --waiting_;
  }
  if (!came) {
    return Error{std::string(domain::code::unavailable),
                 "A model is being tried at the moment, and this has to wait until that is over. Nothing was changed; ask again in a moment."};
  }
  if (stopped_) return Error{std::string(domain::code::unavailable), "The server is stopping. Try again when it has started."};
  return std::make_unique<Turn>(*this, std::move(lock), name);
}

// What the library holds of it now; what waits for its trial goes on waiting.
Librarian::Entry& Librarian::reload(const std::string& name) {
  Entry& entry = entries_[name];
  entry.stamp = library_.stamp(name);
  ModelInfo info{.name = name, .current = library_.current(name)};
  for (const std::string& version : library_.versions(name)) {
    VersionInfo one{.version = version,
                    .added = library_.added(name, version).value_or(AddedNote{}),
                    .bytes = library_.bytes(name, version),
                    .verdict = library_.verdict(name, version)};
    if (auto model = library_.read(name, version)) {
      one.model = *model;
    } else {
      one.unreadable = model.error();
    }
    info.versions.push_back(std::move(one));
  }
  entry.info = std::move(info);
  std::erase_if(entry.wanted, [&](const std::string& version) { return !entry.info.find(version); });
  return entry;
}

// Its verdict is noted, unless the server stops meanwhile. A version that does not pass leaves no process behind.
Trial Librarian::try_out(Turn& turn, const domain::Model& model) {
  Trial trial = turn.aside([&, probe = probe_] { return probe(model); });
  if (trial.was_cut_short()) return trial;
  library_.set_verdict(model.name, model.version, {config_.runtime, clock_.now(), trial});
  if (trial.error) {
    retire(turn, model.name, model.version);
    log::warning("model refused", {{"model", model.name}, {"version", model.version}, {"reason", trial.error->message}});
  }
  return trial;
}

void Librarian::retire(Turn& turn, const std::string& model, const std::string& version) {
  turn.aside([&, retire = retire_] { retire(model, version); });
}

// From now on, and also when this process ends, it is to be tried and made current.
void Librarian::want(Entry& entry, const std::string& version) {
  library_.set_next(entry.info.name, version);
  entry.wanted = {version};
  entry.retry_at = Time{};
}

// It waits until somebody activates it, whatever was wished for before.
void Librarian::want_no_more(Entry& entry, const std::string& version) {
  if (library_.next(entry.info.name) == version) library_.forget_next(entry.info.name);
  std::erase(entry.wanted, version);
}

// What should run and does not, and is wanted no more since another version was: it is tried again by itself.
void Librarian::retry_current(Entry& entry) {
  if (!entry.info.current || catalogue_.find(entry.info.name) || !entry.wanted.empty()) return;
  entry.wanted = {*entry.info.current};
  entry.retry_at = clock_.now() + kRetryPeriod;
}

// Of a version that passed.
void Librarian::make_current(Turn& turn, Entry& entry, const domain::Model& model, const Actor& actor) {
  ModelPtr before = catalogue_.find(model.name);
  if (entry.info.current != model.version) {
    tell_({"model.activated", model.name, model.version, entry.info.current.value_or(""), actor});
    fail_point("K19");
    library_.make_current(model.name, model.version);
    log::info("model activated",
              {{"model", model.name}, {"version", model.version}, {"before", entry.info.current.value_or("none")}, {"by", actor.name}});
  }
  catalogue_.show(std::make_shared<domain::Model>(model));
  if (before && before->version != model.version) retire(turn, model.name, before->version);
}

void Librarian::forget_refused(const std::string& name, const std::string& but) {
  for (const VersionInfo& version : reload(name).info.versions) {
    bool refused = version.verdict && !version.verdict->passed();
    if (refused && version.version != but && version.version != entries_[name].info.current) library_.remove_version(name, version.version);
  }
}

Result<void> Librarian::base_on(StagedVersion& staged, const std::string& name, const std::string& version) const {
  if (!library_.has(name, version)) return no_such_version(name, version);
  for (FilePart part : kFileParts) {
    std::string path = library_.path(name, version, part);
    if (staged.has(part) || !std::filesystem::exists(path)) continue;
    if (auto copied = staged.copy(part, path); !copied) return copied.error();
  }
  return {};
}

// What it is made of, proved to be this version's content; files of it that something else has changed are put right.
Librarian::Kept Librarian::keep(Turn& turn, const domain::Model& model, StagedVersion& staged, const Actor& actor) {
  auto is_sound = [&] { return turn.aside([&] { return library_.is_sound(model); }); };
  bool is_new = !library_.has(model.name, model.version);
  if (!is_new && is_sound()) return Kept::as_it_was;
  turn.aside([&] { staged.sync(); });  // what is large is on the disk before the lock is held for it
  tell_({"model.added", model.name, model.version, "", actor});
  AddedNote note{clock_.now(), actor.name, model.file_hash};
  if (is_new && library_.keep(model, staged, note)) {
    forget_refused(model.name, model.version);
    return Kept::as_new;
  }
  if (is_new && is_sound()) return Kept::as_it_was;  // another process has just kept the same
  library_.mend(model, staged, note);
  log::warning("model's files were not those that were added, and are again", {{"model", model.name}, {"version", model.version}, {"by", actor.name}});
  return Kept::mended;
}

Result<Added> Librarian::add(const std::string& name, StagedVersion& staged, Activation activation, const Actor& actor) {
  auto turn = begin_act(name);
  if (!turn) return turn.error();
  if (auto fits = check_model_name(name); !fits) return fits.error();
  auto model = staged.finish(name);
  if (!model) return model.error();
  Kept how = keep(**turn, *model, staged, actor);
  auto kept = library_.read(name, model->version);
  if (!kept) return kept.error();
  Added added{.is_new = how == Kept::as_new, .version = model->version};
  Entry& entry = reload(name);
  ModelPtr shown = catalogue_.find(name);
  const VersionInfo& info = *entry.info.find(model->version);
  bool is_for_later = activation == Activation::later && entry.info.current != model->version;
  if (is_for_later) want_no_more(entry, model->version);
  bool is_good = (shown && shown->version == model->version) || (is_for_later && info.verdict && info.verdict->passed());
  if (!is_good || how == Kept::mended) {
    if (!is_for_later) want(entry, model->version);
    Trial trial = try_out(**turn, *kept);
    if (trial.was_cut_short()) return *trial.error;
    if (trial.error) {
      std::erase(entry.wanted, model->version);
      retry_current(entry);
      tell_({"model.refused", name, model->version, "", {actor.name, trial.error->message}});
      added.refused = std::move(trial);
    } else if (!is_for_later) {
      make_current(**turn, entry, *kept, actor);
      std::erase(entry.wanted, model->version);
    } else {
      retire(**turn, name, model->version);
    }
  }
  reload(name);
  publish();
  return added;
}

Result<void> Librarian::activate(const std::string& name, const std::string& version, const Actor& actor) {
  auto turn = begin_act(name);
  if (!turn) return turn.error();
  if (!library_.has(name, version)) return no_such_version(name, version);
  auto model = library_.read(name, version);
  if (!model) return model.error();
  Entry& entry = reload(name);
  ModelPtr shown = catalogue_.find(name);
  bool runs = shown && shown->version == version && entry.info.current == version;
  if (!runs) {
    Trial trial = try_out(**turn, *model);
    if (!trial.error) make_current(**turn, entry, *model, actor);
    reload(name);
    if (trial.error) return publish(), *trial.error;
  }
  library_.forget_next(name);
  entry.wanted.clear();
  publish();
  return {};
}

Result<void> Librarian::remove(const std::string& name, const Actor& actor) {
  auto turn = begin_act(name);
  if (!turn) return turn.error();
  std::vector<std::string> versions = library_.versions(name);
  if (!check_model_name(name) || versions.empty()) return no_such_model(name);
  tell_({"model.removed", name, "", "", actor});
  catalogue_.withdraw(name);
  library_.remove(name);
  entries_.erase(name);
  log::info("model removed", {{"model", name}, {"by", actor.name}});
  publish();
  for (const std::string& version : versions) retire(**turn, name, version);
  return {};
}

Result<void> Librarian::remove_version(const std::string& name, const std::string& version, const Actor& actor) {
  auto turn = begin_act(name);
  if (!turn) return turn.error();
  if (!check_model_name(name) || !library_.has(name, version)) return no_such_version(name, version);
  if (library_.current(name) == version) {
    return Error{std::string(domain::code::conflict),
                 "Version " + version + " of '" + name + "' is the current one. Activate another one first, or remove the whole model."};
  }
  tell_({"model.version_removed", name, version, "", actor});
  library_.remove_version(name, version);
  retire(**turn, name, version);
  if (reload(name).info.versions.empty()) entries_.erase(name);
  publish();
  return {};
}

ModelState Librarian::state_of(const Entry& entry) const {
  if (catalogue_.find(entry.info.name)) return ModelState::active;
  if (!entry.wanted.empty() && entry.retry_at == Time{}) return ModelState::probing;
  return problem_of(entry.info) ? ModelState::refused : ModelState::inactive;
}

// What list(), find() and the catalogue tell from now on.
void Librarian::publish() {
  std::vector<ModelInfo> infos;
  std::vector<Unusable> unusable;
  std::vector<std::string> pending;
  for (const WrongDrop& wrong : wrong_) unusable.push_back({wrong.name, wrong.error});
  for (auto& [name, entry] : entries_) {
    entry.info.state = state_of(entry);
    entry.info.problem = problem_of(entry.info);
    if (auto problem = problems_.find(name); problem != problems_.end()) entry.info.problem = problem->second.error;
    if (entry.info.problem) unusable.push_back({name, *entry.info.problem});
    if (!entry.wanted.empty() && entry.info.state != ModelState::active) pending.push_back(name);
    infos.push_back(entry.info);
  }
  for (const auto& [name, problem] : problems_) {
    if (entries_.contains(name)) continue;
    unusable.push_back({name, problem.error});
    infos.push_back({.name = name, .problem = problem.error});
  }
  if (!config_.runs_models) {
    for (const auto& [name, fingerprint] : seen_) pending.push_back(name);
  }
  std::ranges::sort(infos, {}, &ModelInfo::name);
  std::ranges::stable_sort(unusable, {}, &Unusable::name);
  catalogue_.set_pending(std::move(pending));
  catalogue_.set_unusable(std::move(unusable));
  std::lock_guard lock(shown_mutex_);
  shown_ = std::move(infos);
}

std::vector<ModelInfo> Librarian::list() const {
  std::lock_guard lock(shown_mutex_);
  return shown_;
}

std::optional<ModelInfo> Librarian::find(const std::string& name) const {
  std::lock_guard lock(shown_mutex_);
  auto found = std::ranges::find(shown_, name, &ModelInfo::name);
  return found == shown_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace darkroom::models
