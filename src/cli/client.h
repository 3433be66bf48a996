// The HTTP client of the commands: one server, one token, JSON in and out. Uploads are streamed from the file.
#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace darkroom::cli {

struct Answer {
  int status = 0;
  boost::json::value body;  // null when the body is not JSON
  std::map<std::string, std::string> headers = {};  // of ask() only; names in small letters

  bool ok() const { return status >= 200 && status < 300; }
  // code and detail of a problem; a sentence of our own when the server gave none.
  Error error() const;
};

// How long an answer is waited for.
struct Patience {
  std::chrono::milliseconds of_one = std::chrono::seconds(75);  // longer than any ?wait
  std::chrono::milliseconds of_many = std::chrono::hours(1);    // one request may change or delete a million things
};

// Error: not_found, in words for people.
Result<void> check_readable(const std::string& file);

class Client {
 public:
  Client(std::string url, std::string token, Patience patience = {}) : url_(std::move(url)), token_(std::move(token)), patience_(patience) {}

  const std::string& url() const { return url_; }
  // Error "unreachable" when no server answers. From any thread.
  Result<Answer> get(const std::string& path) const;
  // Any request with a body as it is. Error "unreachable".
  Result<Answer> ask(const std::string& method, const std::string& path, const std::map<std::string, std::string>& headers, std::string_view body) const;
  // A stream of text that does not end by itself: `take` is given each piece and returns whether to go on. Error "unreachable" when it breaks.
  Result<Answer> stream(const std::string& path, const std::map<std::string, std::string>& headers, const std::function<bool(std::string_view)>& take) const;
  // The body as it came, whatever it is; the problem's error when the server answers with one.
  Result<std::string> download(const std::string& path) const;
  // The same piece by piece: `take` returns whether to go on. Error "unreachable" also when the answer breaks off.
  Result<void> download(const std::string& path, const std::function<bool(std::string_view)>& take) const;
  // Error "unreachable", which says where to look when it was about many things and may still be going on.
  Result<Answer> send(const std::string& method, const std::string& path, const boost::json::object& body) const;
  // Posts the file and the fields as a form, with an Idempotency-Key unless it is empty. Error not_found when the file cannot be read.
  Result<Answer> upload(const std::string& path, const std::string& file, const std::map<std::string, std::string>& fields, const std::string& idempotency_key) const;
  // Puts a form of files and fields. Errors as above.
  Result<Answer> put_form(const std::string& path, const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& fields) const;

 private:
  std::string url_;
  std::string token_;
  Patience patience_;
};

}  // namespace darkroom::cli
