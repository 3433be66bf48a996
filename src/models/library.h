// The library: every version of every model, as files that only this program changes.
//
//   NAME/VERSION/model.onnx, labels.txt, model.toml   as they were given; never changed, but mended where something else has changed them
//   NAME/VERSION/added.toml                           when, by whom, the file's whole hash
//   NAME/VERSION/report.toml                          what trying it came to
//   NAME/current                                      the version that is run; absent: none
//   NAME/next                                         the version that is to be current as soon as it has passed; absent: none
//   NAME/taken                                        what was last taken from the models folder, so that it is taken once
//   .incoming/                                        what is being written, or removed
//
// A version appears and disappears by one rename, and `current` is replaced by one. Not thread-safe within a process (the librarian has a lock); two
// processes on the same folder do each other no harm. Faults of the disk throw std::runtime_error.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/model.h"
#include "models/staged_version.h"
#include "models/verdict.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::models {

struct AddedNote {
  Time at{};
  std::string by;  // who added it, for people
  std::string sha256;  // of model.onnx; empty where there is none
};

// What was last taken from the models folder for a name.
struct TakenNote {
  std::string fingerprint;  // of the files as they lay there: sizes and times
  std::string version;
};

class Library {
 public:
  enum class Leftovers { all, old };  // of .incoming: where nobody else uses the folder all of them go, else those older than a day

  // Makes nothing: a folder that is not there holds nothing.
  explicit Library(std::string folder) : folder_(std::move(folder)) {}
  // Makes the folder if need be. Throws.
  void open(Leftovers leftovers);

  std::vector<std::string> names() const;                          // with at least one version, sorted
  std::vector<std::string> versions(const std::string& name) const;  // newest first
  std::optional<std::string> current(const std::string& name) const;
  std::optional<std::string> next(const std::string& name) const;  // none also when it is current already
  bool has(const std::string& name, const std::string& version) const;
  std::optional<AddedNote> added(const std::string& name, const std::string& version) const;
  // Errors: not_found; model_unavailable when its texts cannot be used (a header's environment variable is not set any more).
  Result<domain::Model> read(const std::string& name, const std::string& version) const;
  std::optional<Verdict> verdict(const std::string& name, const std::string& version) const;
  std::int64_t bytes(const std::string& name, const std::string& version) const;  // of its model.onnx
  std::int64_t free_bytes() const;
  // Differs when anything about the model has changed: its versions, their verdicts, which one is current. Cheap.
  std::string stamp(const std::string& name) const;
  // Of one of its files.
  std::string path(const std::string& name, const std::string& version, FilePart part) const;

  std::unique_ptr<StagedVersion> stage() const;
  // False when it is there already: then nothing was changed.
  bool keep(const domain::Model& model, StagedVersion& staged, const AddedNote& note);
  // Whether the files of this version are those that were added. Reads all of them.
  bool is_sound(const domain::Model& model) const;
  // Puts the same files in place of those that are not: `staged` has made this model. Who added it and when stays, where that can still be read.
  void mend(const domain::Model& model, StagedVersion& staged, const AddedNote& note);
  void set_verdict(const std::string& name, const std::string& version, const Verdict& verdict);
  // From now on this one is run, and no other is to be: the wish for one outlives its trial and everything that may go wrong until here.
  void make_current(const std::string& name, const std::string& version);
  void set_next(const std::string& name, const std::string& version);
  void forget_next(const std::string& name);
  void remove_version(const std::string& name, const std::string& version);
  void remove(const std::string& name);  // all of it but `taken`

  std::optional<TakenNote> taken(const std::string& name) const;
  void set_taken(const std::string& name, const TakenNote& note);
  // Forgets what was taken for models that have been removed here and are not in the models folder any more.
  void forget_taken(const std::vector<std::string>& dropped);

 private:
  std::string folder_of(const std::string& name) const { return folder_ + "/" + name; }
  std::string folder_of(const std::string& name, const std::string& version) const { return folder_ + "/" + name + "/" + version; }
  std::string incoming() const { return folder_ + "/.incoming"; }

  std::string folder_;
};

}  // namespace darkroom::models
