// Members that many JSON bodies share, each read by one rule. An absent member is empty; the errors are invalid_field and unknown_model, and name it.
#pragma once

#include "api/parts.h"
#include "base/result.h"
#include "store/acting.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::api {

Error invalid(std::string message);

inline constexpr std::size_t kLongestReason = 1000;                           // characters, of which tabs and ends of lines are the only control characters
Result<std::string> read_reason(const boost::json::object& body, std::size_t longest = kLongestReason);
Result<std::string> check_reason(std::string reason, std::size_t longest = kLongestReason);
Result<std::string> reason_in_query(const http::Request& request);  // of what is removed: it takes no body
Result<std::optional<int>> read_priority(const boost::json::object& body);    // -100 to 100
Result<std::optional<std::string>> read_model(const Parts& parts, const boost::json::object& body);
Result<bool> read_flag(const boost::json::object& body, const char* name);
// Whether it has 1 to `longest` characters, and what is said where it has not.
bool has_characters(std::string_view text, std::size_t longest);
std::string must_be_text(const std::string& name, std::size_t longest);
// A text of 1 to `longest` characters without control characters.
Result<std::optional<std::string>> read_text(const boost::json::object& body, const char* name, std::size_t longest);
// One of any characters.
Result<std::optional<std::string>> read_password(const boost::json::object& body, const char* name);

// How many things one request may name.
inline constexpr std::size_t kMostNamed = 10'000;
Result<std::vector<std::string>> read_job_ids(const boost::json::value& list, const std::string& name);
Result<std::vector<domain::ImageId>> read_image_ids(const boost::json::value& list, const std::string& name);

// {"state": "failed" or a list of states, "queue", "model", "owner", "error", "batch", "created_from", "created_before", "image_ids", "cause",
// "kind", "failed_from", "all"}. One without
// any condition must say "all": true, so that nothing forgotten means everything.
Result<store::JobFilter> read_filter(const boost::json::value& filter);
// How many different things a list of ids names that were not met: those that are not there, or that the caller may not see.
template <class Id>
std::int64_t not_met(std::vector<Id> named, std::int64_t met) {
  std::ranges::sort(named);
  auto different = static_cast<std::int64_t>(std::ranges::unique(named).begin() - named.begin());
  return std::max<std::int64_t>(0, different - met);
}
// Of a queue that is not there nothing is found, which looks like one that is empty. Error: invalid_field with those that there are.
Result<void> check_queue(const std::optional<std::string>& queue, const std::string& field);

}  // namespace darkroom::api
