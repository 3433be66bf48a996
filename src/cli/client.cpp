#include "cli/client.h"

#include "cli/commands.h"

#include <curl/curl.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace darkroom::cli {
namespace {

constexpr std::chrono::milliseconds kUploadWithin = std::chrono::hours(1);

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeForm {
  void operator()(curl_mime* form) const { curl_mime_free(form); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Headers = std::unique_ptr<curl_slist, FreeList>;

std::size_t collect(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

std::size_t collect_header(char* data, std::size_t size, std::size_t count, void* headers) {
  std::string_view line(data, size * count);
  auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) value.remove_suffix(1);
    (*static_cast<std::map<std::string, std::string>*>(headers))[name] = value;
  }
  return size * count;
}

// The body of a refusal is kept, that of a stream handed on.
struct Streaming {
  CURL* handle;
  const std::function<bool(std::string_view)>& take;
  std::string refusal;
};

std::size_t stream_piece(char* data, std::size_t size, std::size_t count, void* state) {
  auto& streaming = *static_cast<Streaming*>(state);
  long status = 0;
  curl_easy_getinfo(streaming.handle, CURLINFO_RESPONSE_CODE, &status);
  std::string_view piece(data, size * count);
  if (status == 200) return streaming.take(piece) ? piece.size() : 0;
  streaming.refusal += piece;
  return piece.size();
}

Easy make_handle(const std::string& url, Headers& headers, const std::string& token) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Easy handle(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) throw std::runtime_error("libcurl could not be started");
  headers.reset(curl_slist_append(headers.release(), ("Authorization: Bearer " + token).c_str()));
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "127.0.0.1,::1,localhost");
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  return handle;
}

// Whether it is about any number of things: a million of them take their time.
bool is_of_many(std::string_view method, std::string_view path, const boost::json::object& body) {
  if (method == "DELETE") return path.starts_with("/api/v1/endpoints/");  // and its deliveries
  if (path == "/api/v1/batches") return body.contains("filter") || body.contains("image_ids");
  return path.ends_with("/actions") || path == "/api/v1/deliveries/replay";
}

constexpr const char* kIsItRunning = "Is the server running? Start it with `darkroom serve`, or name another with --url or DARKROOM_URL.";
constexpr const char* kMayGoOn =
    "It may still be going on: `darkroom watch` shows what is changed, `darkroom jobs`, `images`, `batches` and `deliveries` what is left. Look before you ask again.";

// Whether the request went out, and only its answer did not come in time.
bool is_unanswered(CURL* handle, CURLcode code) {
  curl_off_t sent = 0;
  curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &sent);
  return code == CURLE_OPERATION_TIMEDOUT && sent > 0;
}

// The body is put into `body`, and into the answer where it is JSON.
Result<Answer> perform(CURL* handle, std::chrono::milliseconds within, const std::string& url, std::string& body, const char* unanswered = kIsItRunning) {
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(within.count()));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
  CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    const char* advice = is_unanswered(handle, code) ? unanswered : kIsItRunning;
    return Error{"unreachable", "No answer from " + url + ": " + curl_easy_strerror(code) + ". " + advice};
  }
  Answer answer;
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  boost::system::error_code ignored;
  answer.body = boost::json::parse(body, ignored);
  return answer;
}

Result<Answer> perform(CURL* handle, std::chrono::milliseconds within, const std::string& url) {
  std::string body;
  return perform(handle, within, url, body);
}

using Form = std::unique_ptr<curl_mime, FreeForm>;

Result<Form> make_form(CURL* handle, const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& fields) {
  Form form(curl_mime_init(handle));
  for (const auto& [name, value] : fields) {
    curl_mimepart* part = curl_mime_addpart(form.get());
    curl_mime_name(part, name.c_str());
    curl_mime_data(part, value.data(), value.size());
  }
  for (const auto& [name, file] : files) {
    if (auto readable = check_readable(file); !readable) return readable.error();
    curl_mimepart* part = curl_mime_addpart(form.get());
    curl_mime_name(part, name.c_str());
    curl_mime_filedata(part, file.c_str());
    // A server refuses a form whose part headers hold control characters.
    curl_mime_filename(part, printable(std::filesystem::path(file).filename().string()).c_str());
  }
  return form;
}

}  // namespace

Result<void> check_readable(const std::string& file) {
  if (std::filesystem::is_regular_file(file) && ::access(file.c_str(), R_OK) == 0) return {};
  return Error{"not_found", "Cannot read " + file + ". Check the name and its permissions."};
}

Error Answer::error() const {
  if (const auto* object = body.if_object()) {
    const auto* code = object->if_contains("code");
    const auto* detail = object->if_contains("detail");
    if (code && detail && code->is_string() && detail->is_string()) return {std::string(code->as_string()), std::string(detail->as_string())};
  }
  return {"internal", "The server answered " + std::to_string(status) + " without a reason."};
}

Result<Answer> Client::get(const std::string& path) const {
  Headers headers;
  Easy handle = make_handle(url_ + path, headers, token_);
  return perform(handle.get(), patience_.of_one, url_);
}

Result<std::string> Client::download(const std::string& path) const {
  Headers headers;
  Easy handle = make_handle(url_ + path, headers, token_);
  std::string body;
  auto answer = perform(handle.get(), kUploadWithin, url_, body);
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return body;
}

Result<void> Client::download(const std::string& path, const std::function<bool(std::string_view)>& take) const {
  Headers headers;
  Easy handle = make_handle(url_ + path, headers, token_);
  Streaming streaming{handle.get(), take, {}};
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, stream_piece);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &streaming);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(kUploadWithin.count()));
  CURLcode code = curl_easy_perform(handle.get());
  Answer answer;
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  if (code == CURLE_WRITE_ERROR) return {};  // the taker knows why
  if (code != CURLE_OK) return Error{"unreachable", "The answer of " + url_ + " did not come to its end: " + curl_easy_strerror(code) + ". Ask again."};
  boost::system::error_code ignored;
  answer.body = boost::json::parse(streaming.refusal, ignored);
  if (!answer.ok()) return answer.error();
  return {};
}

Result<Answer> Client::send(const std::string& method, const std::string& path, const boost::json::object& body) const {
  Headers headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  Easy handle = make_handle(url_ + path, headers, token_);
  std::string text = body.empty() ? "" : boost::json::serialize(body);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method != "DELETE") {
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
    curl_easy_setopt(handle.get(), CURLOPT_COPYPOSTFIELDS, text.c_str());
  }
  std::string answered;
  if (is_of_many(method, path, body)) return perform(handle.get(), patience_.of_many, url_, answered, kMayGoOn);
  return perform(handle.get(), patience_.of_one, url_, answered);
}

Result<Answer> Client::ask(const std::string& method, const std::string& path, const std::map<std::string, std::string>& sent, std::string_view body) const {
  Headers headers;
  for (const auto& [name, value] : sent) headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  Easy handle = make_handle(url_ + path, headers, token_);
  std::map<std::string, std::string> received;
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, collect_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &received);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method != "GET" && method != "DELETE") {
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.data());
  }
  auto answer = perform(handle.get(), patience_.of_one, url_);
  if (answer) answer->headers = std::move(received);
  return answer;
}

Result<Answer> Client::stream(const std::string& path, const std::map<std::string, std::string>& sent, const std::function<bool(std::string_view)>& take) const {
  Headers headers;
  for (const auto& [name, value] : sent) headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  Easy handle = make_handle(url_ + path, headers, token_);
  Streaming streaming{handle.get(), take, {}};
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, stream_piece);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &streaming);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);  // a live stream has a comment every 15 s
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, 45L);
  CURLcode code = curl_easy_perform(handle.get());
  Answer answer;
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  if (status == 0 || (status == 200 && code != CURLE_WRITE_ERROR)) return Error{"unreachable", "The stream from " + url_ + " broke off."};
  boost::system::error_code ignored;
  answer.body = boost::json::parse(streaming.refusal, ignored);
  return answer;
}

Result<Answer> Client::upload(const std::string& path, const std::string& file, const std::map<std::string, std::string>& fields, const std::string& idempotency_key) const {
  Headers headers(idempotency_key.empty() ? nullptr : curl_slist_append(nullptr, ("Idempotency-Key: " + idempotency_key).c_str()));
  Easy handle = make_handle(url_ + path, headers, token_);
  auto form = make_form(handle.get(), {{"file", file}}, fields);
  if (!form) return form.error();
  curl_easy_setopt(handle.get(), CURLOPT_MIMEPOST, form->get());
  return perform(handle.get(), kUploadWithin, url_);
}

Result<Answer> Client::put_form(const std::string& path, const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& fields) const {
  Headers headers;
  Easy handle = make_handle(url_ + path, headers, token_);
  auto form = make_form(handle.get(), files, fields);
  if (!form) return form.error();
  curl_easy_setopt(handle.get(), CURLOPT_MIMEPOST, form->get());
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, "PUT");
  return perform(handle.get(), kUploadWithin, url_);
}

}  // namespace darkroom::cli
