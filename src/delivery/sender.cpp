#include "delivery/sender.h"

#include "domain/printable.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace darkroom::delivery {
namespace {

constexpr std::size_t kMostRead = 64 * 1024;
constexpr std::size_t kMostHeaders = 32 * 1024;
constexpr std::size_t kExcerpt = 500;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return List(list);
}

}  // namespace

struct Sender::Handles {
  Handles() : multi(curl_multi_init()) {
    if (!multi) throw std::runtime_error("libcurl could not be started");
  }
  ~Handles() { curl_multi_cleanup(multi); }
  CURLM* multi;
  List resolve;
};

struct Sender::Transfer {
  Transfer(const Guard& the_guard, Outgoing the_request) : guard(the_guard), request(std::move(the_request)), easy(curl_easy_init()) {
    if (!easy) throw std::runtime_error("libcurl could not be started");
  }
  ~Transfer() { curl_easy_cleanup(easy); }

  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    std::size_t bytes = size * count, room = kMostRead - transfer.body.size();
    transfer.body.append(data, std::min(bytes, room));
    transfer.cut = bytes > room;
    return transfer.cut ? 0 : bytes;
  }

  static std::size_t take_header(char*, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.header_bytes += size * count;
    return transfer.header_bytes > kMostHeaders ? 0 : size * count;
  }

  // After the name was looked up and before anything is sent.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* to) {
    auto& transfer = *static_cast<Transfer*>(self);
    auto address = address_of(&to->addr);
    transfer.objection = address ? transfer.guard.objection(transfer.request.to, *address) : "it has an address of an unknown kind";
    if (!transfer.objection.empty()) return CURL_SOCKET_BAD;
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }

  const Guard& guard;
  Outgoing request;
  CURL* easy;
  List headers;
  std::string body;
  std::size_t header_bytes = 0;
  bool cut = false;  // the answer is longer than what is read of it
  std::string objection;
  char words[CURL_ERROR_SIZE] = "";

  void prepare(curl_slist* resolve);
  Answered answer(CURLcode code) const;
};

void Sender::Transfer::prepare(curl_slist* resolve) {
  std::vector<std::string> lines = {"Expect:", "Content-Type: application/json"};
  for (const auto& [name, value] : request.headers) lines.push_back(name + ": " + value);
  headers = list_of(lines);
  auto milliseconds = [](std::chrono::milliseconds time) { return static_cast<long>(time.count()); };
  curl_easy_setopt(easy, CURLOPT_CURLU, request.to.url.get());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "darkroom-webhooks");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(request.connect_timeout, request.timeout)));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  if (resolve) curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve);
}

Answered Sender::Transfer::answer(CURLcode code) const {
  Answered answered{.key = request.key, .error = {}, .excerpt = domain::printable(body, kExcerpt)};
  long status = 0;
  curl_off_t took = 0, retry_after = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  answered.took = Duration(took);
  answered.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(retry_after, 0, 365 * 24 * 3600));
  if (code == CURLE_OK || (cut && code == CURLE_WRITE_ERROR)) {
    answered.status = static_cast<int>(status);
  } else if (!objection.empty()) {
    answered.error = "not called: " + objection;
  } else {
    answered.error = domain::printable(*words ? words : curl_easy_strerror(code), kExcerpt);
  }
  return answered;
}

Sender::Sender(const Guard& guard, std::vector<std::string> resolve) : guard_(guard) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl could not be started");
  handles_ = std::make_unique<Handles>();
  handles_->resolve = list_of(resolve);
}

Sender::~Sender() {
  for (auto& transfer : transfers_) curl_multi_remove_handle(handles_->multi, transfer->easy);
}

void Sender::start(Outgoing request) {
  auto transfer = std::make_unique<Transfer>(guard_, std::move(request));
  transfer->prepare(handles_->resolve.get());
  if (curl_multi_add_handle(handles_->multi, transfer->easy) != CURLM_OK) throw std::runtime_error("libcurl took no further request");
  transfers_.push_back(std::move(transfer));
}

void Sender::cancel(std::int64_t key) {
  std::erase_if(transfers_, [&](const auto& transfer) {
    if (transfer->request.key != key) return false;
    curl_multi_remove_handle(handles_->multi, transfer->easy);
    return true;
  });
}

std::vector<Answered> Sender::take_ended() {
  std::vector<Answered> ended;
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(handles_->multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    auto found = std::ranges::find(transfers_, message->easy_handle, [](const auto& transfer) { return transfer->easy; });
    curl_multi_remove_handle(handles_->multi, message->easy_handle);
    if (found == transfers_.end()) continue;
    ended.push_back((*found)->answer(code));
    transfers_.erase(found);
  }
  return ended;
}

std::vector<Answered> Sender::work(std::chrono::milliseconds longest) {
  auto until = std::chrono::steady_clock::now() + longest;
  while (true) {
    int running = 0;
    CURLMcode code = curl_multi_perform(handles_->multi, &running);
    if (code != CURLM_OK) throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(code));
    auto ended = take_ended();
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (!ended.empty() || transfers_.empty() || left.count() <= 0 || woken_.exchange(false)) return ended;
    curl_multi_poll(handles_->multi, nullptr, 0, static_cast<int>(left.count()), nullptr);
  }
}

void Sender::wake() {
  woken_ = true;
  curl_multi_wakeup(handles_->multi);
}

}  // namespace darkroom::delivery
