// The librarian takes models in, has each version tried in its sandbox, and only then puts it into the catalogue, while jobs run. What is to be run
// stands in the library on the disk; the catalogue follows it:
//
//   models folder --look()--+
//                           +--> library: a version, kept --> tried --> passed: current, shown in the catalogue; the one before is retired
//   API and CLI --add()-----+                               \-> refused: listed with its error and candidates; the current version goes on
//
// A version that passed under the same runtime is believed at the next start. A version without a verdict is one whose trial was cut short: it is
// tried again. That a version is to be current is noted before its trial and until it is: a database that is away, or a kill, only puts it off. A refused one is kept, so that its evidence can be read and a choice made, until the next version of its name is added.
//
// Acts on one model take turns and may block as long as it loads; those on other models go on meanwhile. Who waits too long for a turn, or would be
// one too many to wait, is told so. list() and find() never wait for acts. All functions may be called from any thread.
#pragma once

#include "base/clock.h"
#include "models/catalogue.h"
#include "models/drop_folder.h"
#include "models/library.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::models {

struct LibrarianConfig {
  std::string library;      // folder
  std::string drop_folder;  // the models folder; may be read-only or absent
  std::string runtime;      // what tries models here: with another one verdicts do not count
  std::int64_t free_disk_floor = 0;  // bytes that a new version must leave free
  bool runs_models = true;  // false: nothing is taken in or tried here; the library is only shown
  std::chrono::milliseconds patience{10'000};  // that an act has with those before it
};

// Who does something, and why.
struct Actor {
  std::string name;
  std::string reason;
};

// Something was done: model.added, model.activated, model.refused, model.removed, model.version_removed.
struct Act {
  std::string type;
  std::string model;
  std::string version;   // empty: all of them
  std::string previous;  // of model.activated: the version before, if any
  Actor actor;
};

enum class ModelState {
  active,    // its current version takes jobs
  probing,   // a version is being tried, and none takes jobs yet
  refused,   // no version can be used
  inactive,  // versions are there and none was activated
};
std::string_view to_string(ModelState state);

struct VersionInfo {
  std::string version;
  AddedNote added;
  std::int64_t bytes = 0;  // of model.onnx
  std::optional<Verdict> verdict;
  std::optional<domain::Model> model;  // as its owner says it; none: it cannot be read
  std::optional<Error> unreadable;
};

struct ModelInfo {
  std::string name;
  ModelState state = ModelState::refused;
  std::optional<std::string> current;
  std::vector<VersionInfo> versions;  // newest first; none: only its files in the models folder are there, and cannot be used
  std::optional<Error> problem;       // why none can be used, or why the newest is not

  const VersionInfo* find(std::string_view version) const;
};

struct Added {
  bool is_new = false;
  std::string version;
  std::optional<Trial> refused = {};  // with its error; none: it passed
};

class Librarian {
 public:
  using Probe = std::function<Trial(const domain::Model&)>;  // loads it in its sandbox and tries it; blocks
  using Retire = std::function<void(const std::string& model, const std::string& version)>;
  using Tell = std::function<void(const Act&)>;  // may throw: then the act was not done

  // Neither reads nor writes. `tell` hears of every act before it is done.
  Librarian(LibrarianConfig config, Catalogue& catalogue, const Clock& clock, Tell tell);

  // Shows what passed before, and takes in what lies in the models folder, to be tried by the first look(). Throws when the library cannot be made.
  void open(Library::Leftovers leftovers);
  // From now on versions can be tried; before it, and in a process that runs no models, none is.
  void start(Probe probe, Retire retire);
  // Nothing is tried any more.
  void stop();
  // One round: what is new in the models folder (the same at two looks), what waits for its trial, what another process did in the same library.
  void look();

  // Whether acts can be done here. Error: conflict in a process that runs no models.
  Result<void> can_take() const;

  // Acts. Errors of all: conflict where no models are run, not_found, and unavailable: after stop(), or when another act on the same model, or too many
  // on others, or start(), is not done in time. Then nothing was changed.
  std::unique_ptr<StagedVersion> stage() const { return library_.stage(); }
  std::int64_t free_bytes() const { return library_.free_bytes(); }
  // Takes the files of a version, in place of those that were not given.
  Result<void> base_on(StagedVersion& staged, const std::string& name, const std::string& version) const;
  enum class Activation { at_once, later };
  // Keeps it, tries it, and makes it current unless it is for later and is not current already. The same content again changes nothing but which
  // version is current, and mends its files where they are not those that were added. Errors of make_model() and check_model_name(); a version that
  // is refused is no error.
  Result<Added> add(const std::string& name, StagedVersion& staged, Activation activation, const Actor& actor);
  // Tries it anew. Errors: those of its trial.
  Result<void> activate(const std::string& name, const std::string& version, const Actor& actor);
  Result<void> remove(const std::string& name, const Actor& actor);
  Result<void> remove_version(const std::string& name, const std::string& version, const Actor& actor);  // conflict: it is current

  std::vector<ModelInfo> list() const;  // by name
  std::optional<ModelInfo> find(const std::string& name) const;

 private:
  // Acts that may go on at once, and those that may wait for one: each is a thread that answers no other request.
  static constexpr std::size_t kMostAtOnce = 4;
  static constexpr int kMostWaiting = 4;
  // For a version that ran before and cannot be loaded now: perhaps the machine is short of something.
  static constexpr Duration kRetryPeriod = std::chrono::minutes(1);

  struct Entry {
    ModelInfo info;
    std::string stamp;                // of the library when it was read
    std::vector<std::string> wanted;  // to be tried, in this order; made current where the library says so
    Time retry_at{};                  // not before
  };
  struct Problem {
    std::string fingerprint;
    Error error;
  };

  // One act on one model: nobody else touches what belongs to that model until it ends. It holds the lock but for what is done aside.
  class Turn {
   public:
    Turn(Librarian& librarian, std::unique_lock<std::mutex> lock, std::string model)
        : librarian_(librarian), lock_(std::move(lock)), model_(librarian_.in_turn_.insert(std::move(model)).first) {}
    ~Turn() {
      librarian_.in_turn_.erase(model_);
      librarian_.turned_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // What takes long and is about this model alone: acts on other models go on meanwhile.
    template <class Do>
    auto aside(Do&& act) {
      struct Again {
        std::unique_lock<std::mutex>& lock;
        ~Again() { lock.lock(); }
      };
      lock_.unlock();
      Again again{lock_};
      return act();
    }

   private:
    Librarian& librarian_;
    std::unique_lock<std::mutex> lock_;
    std::set<std::string>::iterator model_;
  };

  // librarian.cpp
  Result<std::unique_ptr<Turn>> begin_act(const std::string& name);
  enum class Kept { as_it_was, as_new, mended };
  Kept keep(Turn& turn, const domain::Model& model, StagedVersion& staged, const Actor& actor);
  Entry& reload(const std::string& name);
  Trial try_out(Turn& turn, const domain::Model& model);
  void retire(Turn& turn, const std::string& model, const std::string& version);
  void want(Entry& entry, const std::string& version);
  void want_no_more(Entry& entry, const std::string& version);
  void retry_current(Entry& entry);
  void make_current(Turn& turn, Entry& entry, const domain::Model& model, const Actor& actor);
  void forget_refused(const std::string& name, const std::string& but);
  void publish();
  ModelState state_of(const Entry& entry) const;
  // librarian_look.cpp
  enum class Occasion { start, later };
  std::unique_ptr<Turn> turn_if_free(const std::string& name);
  void follow_library(Occasion occasion);
  void settle(Entry& entry, Occasion occasion);
  bool is_trusted(const VersionInfo& version) const;
  std::vector<Drop> look_at_drops();
  void take_settled_drops();
  void take_drops_at_start();
  void take(Turn& turn, const Drop& drop);
  Result<domain::Model> stage_drop(const Drop& drop, StagedVersion& staged) const;
  void try_wanted();
  void try_wanted(Turn& turn, Entry& entry, const std::string& version);
  void retire_replaced();

  LibrarianConfig config_;
  Catalogue& catalogue_;
  const Clock& clock_;
  Tell tell_;
  Library library_;

  std::mutex acts_;  // of all below; held for moments
  std::condition_variable turned_;   // a turn has ended, or start() or stop() was called
  std::set<std::string> in_turn_;    // models on which something acts
  int waiting_ = 0;                  // acts that wait for a turn
  bool stopped_ = false;
  Probe probe_;
  Retire retire_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> seen_;     // fingerprints at the last look, by name
  std::map<std::string, Problem> problems_;     // of files in the models folder that were not taken, by name
  std::vector<WrongDrop> wrong_;
  std::vector<std::pair<std::string, std::string>> replaced_;  // models and versions that another process replaced: to be retired

  mutable std::mutex shown_mutex_;
  std::vector<ModelInfo> shown_;
};

}  // namespace darkroom::models
