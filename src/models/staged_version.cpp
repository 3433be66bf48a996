#include "models/staged_version.h"

#include "base/durable.h"
#include "base/id.h"
#include "base/write_all.h"
#include "domain/error_codes.h"
#include "models/durable_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace darkroom::models {
namespace {

Error too_large(FilePart part) {
  return {std::string(domain::code::too_large),
          "The file " + std::string(file_name(part)) + " may have at most " + std::to_string(largest_bytes(part)) + " bytes."};
}

}  // namespace

StagedVersion::StagedVersion(const std::string& incoming) : folder_(incoming + "/" + random_base62(22)) {
  if (::mkdir(folder_.c_str(), 0700) != 0) throw std::runtime_error("cannot make a temporary folder in " + incoming + ": " + std::strerror(errno));
}

StagedVersion::~StagedVersion() {
  std::error_code ignored;  // what is left over goes at the next start
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<void> StagedVersion::write(FilePart part, std::string_view piece) {
  if (part == FilePart::model) return write_model(piece);
  std::optional<std::string>& text = part == FilePart::labels ? labels_ : sidecar_;
  if (!text) text.emplace();
  if (static_cast<std::int64_t>(text->size() + piece.size()) > largest_bytes(part)) return too_large(part);
  text->append(piece);
  return {};
}

Result<void> StagedVersion::write_model(std::string_view piece) {
  std::string path = folder_ + "/" + std::string(file_name(FilePart::model));
  if (!model_) {
    model_ = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!model_) throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
  model_bytes_ += static_cast<std::int64_t>(piece.size());
  if (model_bytes_ > largest_bytes(FilePart::model)) return too_large(FilePart::model);
  hash_.update({piece.data(), piece.size()});
  if (write_all(model_.get(), piece)) return {};
  if (errno == ENOSPC || errno == EDQUOT) {
    return Error{std::string(domain::code::insufficient_storage),
                 "The disk is full, so the model was not taken in. Free some space, then send it again."};
  }
  throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
}

Result<void> StagedVersion::copy(FilePart part, const std::string& path) {
  auto unreadable = [&] { return Error{std::string(domain::code::model_unavailable), "Cannot read " + path + ": " + std::strerror(errno) + "."}; };
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return unreadable();
  std::array<char, 1 << 16> piece;
  ssize_t got;
  while ((got = ::read(file.get(), piece.data(), piece.size())) > 0) {
    if (auto written = write(part, {piece.data(), static_cast<std::size_t>(got)}); !written) return written.error();
  }
  if (got < 0) return unreadable();
  return has(part) ? Result<void>() : write(part, "");
}

bool StagedVersion::has(FilePart part) const {
  switch (part) {
    case FilePart::model: return static_cast<bool>(model_);
    case FilePart::labels: return labels_.has_value();
    case FilePart::sidecar: return sidecar_.has_value();
  }
  return false;
}

Result<domain::Model> StagedVersion::finish(const std::string& name) {
  ModelFiles files{.labels = labels_, .sidecar = sidecar_};
  if (model_) {
    files.path = folder_ + "/" + std::string(file_name(FilePart::model));
    files.sha256 = hash_.finish();
  }
  return make_model(name, files, name);
}

void StagedVersion::sync() {
  if (model_) sync_file(model_.get(), folder_);
  if (labels_) write_durably(folder_ + "/" + std::string(file_name(FilePart::labels)), *labels_);
  if (sidecar_) write_durably(folder_ + "/" + std::string(file_name(FilePart::sidecar)), *sidecar_);
  sync_folder(folder_);
}

}  // namespace darkroom::models
