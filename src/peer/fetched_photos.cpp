#include "peer/fetched_photos.h"

#include "auth/peer_signature.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/write_all.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace darkroom::peer {
namespace {

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One connection a thread, kept from photo to photo.
CURL* connection() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  thread_local std::unique_ptr<CURL, FreeEasy> handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw std::runtime_error("libcurl could not be started");
  curl_easy_reset(handle.get());
  return handle.get();
}

struct Piece {
  long status = 0;
  std::string body;
  std::int64_t total = -1;  // of the whole photo
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto* body = static_cast<std::string*>(target);
  if (body->size() + size * count > static_cast<std::size_t>(kPhotoPiece)) return 0;  // more than was asked for
  body->append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* target) {
  std::string_view line(data, size * count);
  constexpr std::string_view kName = kPhotoBytesHeader;
  if (line.size() > kName.size() + 2 && ::strncasecmp(line.data(), kName.data(), kName.size()) == 0 && line[kName.size()] == ':') {
    std::string_view value = line.substr(kName.size() + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    std::from_chars(value.data(), value.data() + value.size(), *static_cast<std::int64_t*>(target));
  }
  return size * count;
}

// Asked by libcurl at least once a second.
int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0; }

// Where a photo is asked for, and until when.
struct Source {
  const FetchConfig& config;
  const std::string& url;
  std::stop_token stop;
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::now() + config.photo_timeout;

  std::chrono::milliseconds left() const { return std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()); }
};

Piece fetch_piece(const Source& source, const std::string& target, Time now) {
  const auto& [config, url, stop, until] = source;
  auto longest = std::min(config.piece_timeout, source.left());
  if (longest.count() <= 0) throw blob::Unreachable("no whole photo from " + url + " in time");
  Piece piece;
  CURL* handle = connection();
  std::string authorization = "Authorization: " + auth::peer_authorization(config.secret, "GET", target, now);
  std::unique_ptr<curl_slist, FreeList> headers(curl_slist_append(nullptr, authorization.c_str()));
  curl_easy_setopt(handle, CURLOPT_URL, (url + target).c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(config.stalled_timeout).count()));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(longest.count()));
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, is_stopped);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &stop);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &piece.body);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &piece.total);
  CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_ABORTED_BY_CALLBACK) throw blob::CalledOff("the photo is not wanted any more");
  if (code != CURLE_OK) throw blob::Unreachable("no photo from " + url + ": " + curl_easy_strerror(code));
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &piece.status);
  return piece;
}

FileDescriptor unnamed_file(const std::string& folder) {
  FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) throw std::runtime_error("cannot make a temporary file in " + folder + ": " + std::strerror(errno));
  return file;
}

// None: this process has no such photo.
std::optional<FileDescriptor> fetch(const Source& source, std::string_view sha256, const Clock& clock) {
  const std::string& url = source.url;
  FileDescriptor file;
  Sha256 hash;
  std::int64_t offset = 0, total = 1;
  while (offset < total) {
    Piece piece = fetch_piece(source, photo_target(sha256, offset), clock.now());
    if (piece.status == 404 && offset == 0) return std::nullopt;
    if (piece.status == 401) throw blob::Unreachable(url + " does not take our signature: is cluster_secret the same there, and are the clocks less than a minute apart?");
    if (piece.status >= 500) throw blob::Unreachable(url + " cannot give the photo now (status " + std::to_string(piece.status) + ")");
    if (piece.status != 200 || piece.body.empty() || piece.total < offset + static_cast<std::int64_t>(piece.body.size())) {
      throw std::runtime_error(url + " did not send the photo (status " + std::to_string(piece.status) + ")");
    }
    if (offset > 0 && piece.total != total) throw std::runtime_error(url + " says another length of the photo with each piece");
    if (!file) file = unnamed_file(source.config.folder);
    hash.update(piece.body);
    if (!write_all(file.get(), piece.body)) throw std::runtime_error(std::string("cannot write a fetched photo: ") + std::strerror(errno));
    offset += static_cast<std::int64_t>(piece.body.size());
    total = piece.total;
  }
  if (hash.finish() != sha256) throw std::runtime_error(url + " sent something else than the photo " + std::string(sha256.substr(0, 12)));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw std::runtime_error("cannot rewind a fetched photo");
  return file;
}

}  // namespace

std::string photo_target(std::string_view sha256, std::int64_t offset) { return "/internal/v1/photos/" + std::string(sha256) + "?offset=" + std::to_string(offset); }

FetchedPhotos::FetchedPhotos(FetchConfig config, blob::BlobReader& own, std::function<std::vector<std::string>()> urls, const Clock& clock)
    : config_(std::move(config)), own_(own), urls_(std::move(urls)), clock_(clock) {}

std::optional<FileDescriptor> FetchedPhotos::open_unless_stopped(std::string_view sha256, const std::stop_token& stop) {
  if (auto file = own_.open(sha256)) return file;
  std::optional<std::string> unreachable, trouble;
  for (const std::string& url : urls_()) {
    if (is_resting(url)) {
      unreachable = url + " did not answer a moment ago";
      continue;
    }
    try {
      if (auto file = fetch({config_, url, stop}, sha256, clock_)) return file;
    } catch (const blob::CalledOff&) {
      throw;
    } catch (const blob::Unreachable& error) {
      log::warning("photo not fetched, asking the next process", {{"photo", std::string(sha256.substr(0, 12))}, {"cause", error.what()}});
      unreachable = error.what();
      let_rest(url);
    } catch (const std::runtime_error& error) {
      log::warning("photo not fetched, asking the next process", {{"photo", std::string(sha256.substr(0, 12))}, {"cause", error.what()}});
      trouble = error.what();
    }
  }
  if (unreachable) throw blob::Unreachable(*unreachable);
  if (trouble) throw std::runtime_error(*trouble);
  return std::nullopt;
}

bool FetchedPhotos::is_resting(const std::string& url) {
  std::lock_guard lock(mutex_);
  auto found = resting_.find(url);
  return found != resting_.end() && std::chrono::steady_clock::now() < found->second;
}

void FetchedPhotos::let_rest(const std::string& url) {
  std::lock_guard lock(mutex_);
  resting_[url] = std::chrono::steady_clock::now() + config_.rest;
}

}  // namespace darkroom::peer
