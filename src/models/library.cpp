#include "models/library.h"

#include "base/durable.h"
#include "base/file_descriptor.h"
#include "base/hash.h"
#include "base/id.h"
#include "domain/error_codes.h"
#include "models/durable_files.h"
#include "models/toml_text.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace darkroom::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSmallText = 4'096;
constexpr std::size_t kLargestReport = 64 * 1024 * 1024;

std::optional<std::string> first_line(const std::string& path) {
  auto text = read_text(path, kSmallText);
  return text ? std::optional(text->substr(0, text->find('\n'))) : std::nullopt;
}

void make_folder(const std::string& path) {
  if (fs::create_directories(path)) sync_folder(fs::path(path).parent_path());
}

// Empty: it cannot be read.
std::string hash_of_file(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return "";
  Sha256 hash;
  std::array<char, 1 << 16> piece;
  ssize_t got;
  while ((got = ::read(file.get(), piece.data(), piece.size())) > 0) hash.update(std::span(piece.data(), static_cast<std::size_t>(got)));
  return got < 0 ? "" : hash.finish();
}

std::string note_text(const AddedNote& note) {
  return to_text(toml::table{{"at", to_micros(note.at)}, {"by", note.by}, {"sha256", note.sha256}});
}

}  // namespace

void Library::open(Leftovers leftovers) {
  make_folder(incoming());
  auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (const auto& left : fs::directory_iterator(incoming())) {
    std::error_code gone;  // another process may be tidying too
    if (leftovers == Leftovers::all || left.last_write_time(gone) < old) fs::remove_all(left.path(), gone);
  }
}

std::vector<std::string> Library::names() const {
  std::vector<std::string> names;
  if (!fs::is_directory(folder_)) return names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    std::string name = entry.path().filename();
    if (check_model_name(name) && !versions(name).empty()) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> Library::versions(const std::string& name) const {
  std::vector<std::pair<Time, std::string>> found;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder_of(name), gone)) {
    std::string version = entry.path().filename();
    if (auto note = is_version(version) ? added(name, version) : std::nullopt) found.emplace_back(note->at, version);
  }
  std::ranges::sort(found, std::greater());
  std::vector<std::string> versions;
  for (auto& [at, version] : found) versions.push_back(std::move(version));
  return versions;
}

std::optional<std::string> Library::current(const std::string& name) const {
  auto version = first_line(folder_of(name) + "/current");
  return version && has(name, *version) ? version : std::nullopt;
}

std::optional<std::string> Library::next(const std::string& name) const {
  auto version = first_line(folder_of(name) + "/next");
  return version && has(name, *version) && version != current(name) ? version : std::nullopt;
}

bool Library::has(const std::string& name, const std::string& version) const {
  return is_version(version) && fs::exists(folder_of(name, version) + "/added.toml");
}

std::optional<AddedNote> Library::added(const std::string& name, const std::string& version) const {
  auto text = read_text(folder_of(name, version) + "/added.toml", kSmallText);
  auto table = text ? parse_toml(*text, "added.toml") : Result<toml::table>(Error());
  if (!table) return std::nullopt;
  return AddedNote{from_micros((*table)["at"].value_or(std::int64_t{0})), (*table)["by"].value_or(std::string()),
                   (*table)["sha256"].value_or(std::string())};
}

Result<domain::Model> Library::read(const std::string& name, const std::string& version) const {
  auto note = added(name, version);
  if (!note) return Error{std::string(domain::code::not_found), "The model '" + name + "' has no version '" + version + "'."};
  ModelFiles files{.sha256 = note->sha256};
  if (!note->sha256.empty()) files.path = path(name, version, FilePart::model);
  files.labels = read_text(path(name, version, FilePart::labels), static_cast<std::size_t>(largest_bytes(FilePart::labels)));
  files.sidecar = read_text(path(name, version, FilePart::sidecar), static_cast<std::size_t>(largest_bytes(FilePart::sidecar)));
  auto model = make_model(name, files, name + "/" + version);
  if (model && model->version != version) {
    return Error{std::string(domain::code::model_unavailable), "The files of version " + version + " of '" + name + "' in " +
                                                                   folder_of(name, version) +
                                                                   " are not those that were added. Add the same files again."};
  }
  return model;
}

std::optional<Verdict> Library::verdict(const std::string& name, const std::string& version) const {
  auto text = read_text(folder_of(name, version) + "/report.toml", kLargestReport);
  return text ? read_verdict(*text) : std::nullopt;
}

std::int64_t Library::bytes(const std::string& name, const std::string& version) const {
  std::error_code none;
  auto size = fs::file_size(path(name, version, FilePart::model), none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

std::int64_t Library::free_bytes() const {
  struct statvfs space{};
  if (::statvfs(folder_.c_str(), &space) != 0) throw std::runtime_error("cannot ask for the free space of " + folder_ + ": " + std::strerror(errno));
  return static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
}

std::string Library::stamp(const std::string& name) const {
  std::vector<std::string> parts = {first_line(folder_of(name) + "/current").value_or("")};
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder_of(name), gone)) {
    std::string version = entry.path().filename();
    if (!is_version(version)) continue;
    std::error_code untried;
    auto judged = fs::last_write_time(entry.path() / "report.toml", untried);
    parts.push_back(version + " " + (untried ? "" : std::to_string(judged.time_since_epoch().count())));
  }
  std::sort(parts.begin() + 1, parts.end());
  std::string stamp;
  for (const std::string& part : parts) stamp += part + "\n";
  return stamp;
}

std::string Library::path(const std::string& name, const std::string& version, FilePart part) const {
  return folder_of(name, version) + "/" + std::string(file_name(part));
}

std::unique_ptr<StagedVersion> Library::stage() const { return std::make_unique<StagedVersion>(incoming()); }

bool Library::keep(const domain::Model& model, StagedVersion& staged, const AddedNote& note) {
  std::string place = folder_of(model.name, model.version);
  if (has(model.name, model.version)) return false;
  write_durably(staged.folder() + "/added.toml", note_text(note));
  staged.sync();
  make_folder(folder_of(model.name));
  if (::rename(staged.folder().c_str(), place.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) return false;  // another process has just done the same
    throw std::runtime_error("cannot make " + place + ": " + std::strerror(errno));
  }
  staged.release();
  sync_folder(folder_of(model.name));
  return true;
}

bool Library::is_sound(const domain::Model& model) const {
  if (!read(model.name, model.version)) return false;
  return model.file.empty() || hash_of_file(path(model.name, model.version, FilePart::model)) == model.file_hash;
}

void Library::mend(const domain::Model& model, StagedVersion& staged, const AddedNote& note) {
  AddedNote kept = added(model.name, model.version).value_or(note);
  kept.sha256 = model.file_hash;
  staged.sync();
  for (FilePart part : kFileParts) {
    std::string place = path(model.name, model.version, part);
    if (!staged.has(part)) {
      fs::remove(place);
    } else {
      fs::rename(staged.folder() + "/" + std::string(file_name(part)), place);
    }
  }
  write_durably(folder_of(model.name, model.version) + "/added.toml", note_text(kept));  // which syncs the folder, too
}

void Library::set_verdict(const std::string& name, const std::string& version, const Verdict& verdict) {
  if (has(name, version)) write_durably(folder_of(name, version) + "/report.toml", to_text(verdict));
}

void Library::make_current(const std::string& name, const std::string& version) {
  if (next(name) != version) forget_next(name);  // else it goes last: cut short in between, it is still wished for
  write_durably(folder_of(name) + "/current", version + "\n");
  forget_next(name);
}

void Library::set_next(const std::string& name, const std::string& version) { write_durably(folder_of(name) + "/next", version + "\n"); }

void Library::forget_next(const std::string& name) {
  if (fs::remove(folder_of(name) + "/next")) sync_folder(folder_of(name));
}

void Library::remove_version(const std::string& name, const std::string& version) {
  if (next(name) == version) forget_next(name);
  std::string aside = incoming() + "/removed-" + random_base62(22);
  if (::rename(folder_of(name, version).c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw std::runtime_error("cannot remove " + folder_of(name, version) + ": " + std::strerror(errno));
  }
  sync_folder(folder_of(name));
  fs::remove_all(aside);
}

void Library::remove(const std::string& name) {
  forget_next(name);
  fs::remove(folder_of(name) + "/current");
  for (const std::string& version : versions(name)) remove_version(name, version);
  if (!taken(name)) fs::remove_all(folder_of(name));
}

std::optional<TakenNote> Library::taken(const std::string& name) const {
  auto text = read_text(folder_of(name) + "/taken", kSmallText);
  if (!text) return std::nullopt;
  std::size_t end = text->find('\n');
  if (end == std::string::npos) return std::nullopt;
  return TakenNote{text->substr(end + 1), text->substr(0, end)};
}

void Library::set_taken(const std::string& name, const TakenNote& note) {
  make_folder(folder_of(name));
  write_durably(folder_of(name) + "/taken", note.version + "\n" + note.fingerprint);
}

void Library::forget_taken(const std::vector<std::string>& dropped) {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    std::string name = entry.path().filename();
    bool is_dropped = std::ranges::find(dropped, name) != dropped.end();
    if (!is_dropped && check_model_name(name) && taken(name) && versions(name).empty()) fs::remove_all(entry.path());
  }
}

}  // namespace darkroom::models
