// Blobs as files: <folder>/ab/<sha256>, written aside, synced, linked to their place, and the folder synced. The file system must know
// hard links.
#pragma once

#include "blob/blob_store.h"

#include <optional>
#include <string>

namespace darkroom::blob {

class FileBlobStore final : public BlobStore {
 public:
  // Temporary files that a killed process left behind: where nobody else uses the folder all of them go, else those older than a day.
  enum class Leftovers { all, old };
  // Makes the folders if need be and removes leftovers. Throws std::runtime_error. Without a choice, staged files get their names later where the file
  // system can do that.
  explicit FileBlobStore(std::string folder, Leftovers leftovers = Leftovers::all, std::optional<StagedBlob::Name> staged = std::nullopt);

  const std::string& id() const override { return id_; }  // a UUID

  std::unique_ptr<StagedBlob> stage() override;
  void keep(StagedBlob& staged) override;
  void confirm(StagedBlob& staged) override;
  std::optional<FileDescriptor> open(std::string_view sha256) override;
  void remove(std::string_view sha256) override;
  std::vector<StoredBlob> list(std::string_view after, int most) override;
  int remove_stale_uploads(Time before) override;
  std::int64_t free_bytes() const override;

 private:
  std::string folder_of(std::string_view sha256) const;
  std::string path_of(std::string_view sha256) const;

  std::string folder_;
  std::string incoming_;
  StagedBlob::Name staged_;
  std::string id_;
};

}  // namespace darkroom::blob
