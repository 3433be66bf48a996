#include "remote/transfer.h"

#include "domain/printable.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace darkroom::remote {
namespace {

constexpr std::size_t kLargestAnswer = 8 * 1024 * 1024;
constexpr std::size_t kLongestHeader = 8 * 1024;
constexpr std::chrono::milliseconds kConnectTimeout{5'000};
constexpr int kLookAgainMillis = 1'000;  // should a wake-up ever be lost

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeMime {
  void operator()(curl_mime* form) const { curl_mime_free(form); }
};

// The file's bytes as libcurl asks for them; libcurl rewinds it when it has to send again.
struct FileSource {
  int fd = -1;
  std::int64_t size = 0;
  std::int64_t offset = 0;

  static std::size_t read(char* into, std::size_t size, std::size_t count, void* self) {
    auto& source = *static_cast<FileSource*>(self);
    auto wanted = std::min<std::int64_t>(static_cast<std::int64_t>(size * count), source.size - source.offset);
    if (wanted <= 0) return 0;
    ssize_t got = -1;
    do got = ::pread(source.fd, into, static_cast<std::size_t>(wanted), source.offset);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return CURL_READFUNC_ABORT;  // the file is shorter than it was
    source.offset += got;
    return static_cast<std::size_t>(got);
  }

  static int seek(void* self, curl_off_t offset, int origin) {
    auto& source = *static_cast<FileSource*>(self);
    if (origin != SEEK_SET || offset < 0 || offset > source.size) return CURL_SEEKFUNC_FAIL;
    source.offset = offset;
    return CURL_SEEKFUNC_OK;
  }
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& reply = *static_cast<Reply*>(target);
  if (reply.body.size() + size * count > kLargestAnswer) {
    reply.how = Reply::How::too_large;
    return 0;
  }
  reply.body.append(data, size * count);
  return size * count;
}

std::unique_ptr<curl_slist, FreeList> header_list(const domain::RemoteService& service, const Upload& upload) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // not every service answers it, and waiting for the answer costs a second
  auto add = [&](const std::string& name, const std::string& value) {
    list = curl_slist_append(list, domain::printable(name + ": " + value, kLongestHeader).c_str());
  };
  for (const auto& [name, value] : upload.headers) add(name, value);
  for (const auto& [name, value] : service.headers) add(name, value);
  return std::unique_ptr<curl_slist, FreeList>(list);
}

std::unique_ptr<curl_mime, FreeMime> form_of(CURL* easy, const Upload& upload, FileSource& source) {
  std::unique_ptr<curl_mime, FreeMime> form(curl_mime_init(easy));
  for (const auto& [name, value] : upload.fields) {
    curl_mimepart* part = curl_mime_addpart(form.get());
    curl_mime_name(part, name.c_str());
    curl_mime_data(part, value.data(), value.size());
  }
  curl_mimepart* file = curl_mime_addpart(form.get());
  curl_mime_name(file, "file");
  curl_mime_filename(file, upload.file_name.c_str());
  curl_mime_type(file, upload.mime_type.c_str());
  curl_mime_data_cb(file, upload.byte_count, FileSource::read, FileSource::seek, nullptr, &source);
  return form;
}

void set_options(CURL* easy, const domain::RemoteService& service) {
  curl_easy_setopt(easy, CURLOPT_URL, service.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // so that breaking off closes a connection of its own
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name server that does not answer must not hold back who breaks off
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "darkroom");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(kConnectTimeout, service.timeout).count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(service.timeout.count()));
}

// An answer may be complete although the file was not wanted to its end: then the answer counts.
void read_end(CURL* easy, CURLcode code, const char* words, Reply& reply) {
  curl_off_t took = 0, connected = 0, retry_after = 0;
  char* location = nullptr;
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &location);
  reply.took = std::chrono::microseconds(took);
  reply.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(retry_after, 0, 24 * 3600));
  if (location) reply.location = location;
  reply.cause = *words ? words : curl_easy_strerror(code);
  if (code == CURLE_OK) {
    reply.how = Reply::How::answered;
  } else if (reply.how == Reply::How::too_large) {
    reply.cause = "more than 8 MB";
  } else if (connected == 0) {
    reply.how = Reply::How::unreachable;
  } else {
    reply.how = code == CURLE_OPERATION_TIMEDOUT ? Reply::How::timed_out : Reply::How::broken;
  }
}

}  // namespace

struct Transfer::Handles {
  std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};  // before the easy handle, which leaves it first
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
};

Transfer::Transfer() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  handles_ = std::make_unique<Handles>();
  if (started != CURLE_OK || !handles_->multi || !handles_->easy) throw std::runtime_error("libcurl could not be started");
}

Transfer::~Transfer() = default;

std::string transfer_version() { return std::string("libcurl ") + curl_version_info(CURLVERSION_NOW)->version; }

void Transfer::abandon() {
  abandoned_ = true;
  curl_multi_wakeup(handles_->multi.get());
}

void Transfer::rearm() { abandoned_ = false; }

// Returns false when it was broken off.
bool Transfer::perform() {
  for (int running = 1; running > 0;) {
    if (abandoned_) return false;
    CURLMcode code = curl_multi_perform(handles_->multi.get(), &running);
    if (code == CURLM_OK && running > 0) code = curl_multi_poll(handles_->multi.get(), nullptr, 0, kLookAgainMillis, nullptr);
    if (code != CURLM_OK) throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(code));
  }
  return true;
}

Reply Transfer::post(const domain::RemoteService& service, const Upload& upload) {
  CURL* easy = handles_->easy.get();
  Reply reply;
  FileSource source{upload.fd, upload.byte_count};
  char words[CURL_ERROR_SIZE] = "";
  curl_easy_reset(easy);
  set_options(easy, service);
  auto headers = header_list(service, upload);
  auto form = form_of(easy, upload, source);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, form.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);

  struct Attached {  // what leaves early, leaves the multi handle; an exchange that is not over closes its connection with that
    Attached(CURLM* to, CURL* one) : multi(to), handle(one) { curl_multi_add_handle(multi, handle); }
    ~Attached() { curl_multi_remove_handle(multi, handle); }
    CURLM* multi;
    CURL* handle;
  } attached(handles_->multi.get(), easy);

  if (!perform()) {
    reply.how = Reply::How::abandoned;
    return reply;
  }
  int left = 0;
  CURLcode code = CURLE_GOT_NOTHING;
  while (CURLMsg* message = curl_multi_info_read(handles_->multi.get(), &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  read_end(easy, code, words, reply);
  return reply;
}

}  // namespace darkroom::remote
