// A version on its way into the library: its files are written aside and hashed, and are gone with this object unless the library keeps them.
#pragma once

#include "base/file_descriptor.h"
#include "base/hash.h"
#include "base/result.h"
#include "models/model_files.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::models {

class StagedVersion {
 public:
  // A new folder in `incoming`. Throws std::runtime_error when it cannot be made.
  explicit StagedVersion(const std::string& incoming);
  ~StagedVersion();
  StagedVersion(const StagedVersion&) = delete;
  StagedVersion& operator=(const StagedVersion&) = delete;

  // In pieces. Errors: too_large, insufficient_storage. Other faults of the disk throw.
  Result<void> write(FilePart part, std::string_view piece);
  // A whole file from elsewhere. Errors as above, and model_unavailable when it cannot be read.
  Result<void> copy(FilePart part, const std::string& path);
  void set_sidecar(std::string text) { sidecar_ = std::move(text); }
  bool has(FilePart part) const;
  const std::optional<std::string>& sidecar() const { return sidecar_; }

  // What was written makes this model. Errors of make_model(); nothing may be written afterwards.
  Result<domain::Model> finish(const std::string& name);
  // All files on the disk for good, at `folder`: for the library, after finish().
  void sync();
  const std::string& folder() const { return folder_; }
  void release() { folder_.clear(); }  // it has been moved away

 private:
  Result<void> write_model(std::string_view piece);

  std::string folder_;
  FileDescriptor model_;
  Sha256 hash_;
  std::int64_t model_bytes_ = 0;
  std::optional<std::string> labels_;
  std::optional<std::string> sidecar_;
};

}  // namespace darkroom::models
