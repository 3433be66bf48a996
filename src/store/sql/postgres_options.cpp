#include "store/sql/postgres_options.h"

#include "store/store.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace darkroom::store {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kForm =
    "the setting `database` must be like postgresql://user:password@host:5432/name; in user and password write @ / : % as %40 %2F %3A %25";

struct Free {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string value_of(const Parameters& parameters, std::string_view key) {
  auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& each) { return each.first == key; });
  return found == parameters.end() ? "" : found->second;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool switched_on(const std::string& key, const std::string& value, const char* on, const char* off) {
  if (value == on) return true;
  if (value == off) return false;
  throw StoreUnavailable("in the setting `database`, " + key + " must be " + on + " or " + off);
}

// Takes the parameters that are ours out of the URL.
std::string without_ours(const std::string& url, PostgresOptions& options) {
  std::size_t mark = url.find('?');
  std::string rest = url.substr(0, mark), separator = "?";
  std::istringstream pairs(mark == std::string::npos ? "" : url.substr(mark + 1));
  for (std::string pair; std::getline(pairs, pair, '&');) {
    std::string key = pair.substr(0, pair.find('='));
    std::string value = pair.find('=') == std::string::npos ? "" : percent_decoded(pair.substr(pair.find('=') + 1));
    if (key == "schema") {
      options.schema = value;
    } else if (key == "prepared_statements") {
      options.prepared_statements = switched_on(key, value, "on", "off");
    } else if (key == "clock") {
      options.callers_clock = switched_on(key, value, "callers", "server");
    } else {
      rest += std::exchange(separator, "&") + pair;
    }
  }
  return rest;
}

// A search_path among the server options is the schema: poolers refuse server options, and forget what a session set.
std::string take_search_path(const std::string& server_options, std::string& schema) {
  std::istringstream words(server_options);
  std::string kept;
  for (std::string word; words >> word;) {
    std::string option = word == "-c" && words >> word ? word : word.substr(0, 2) == "-c" ? word.substr(2) : word;
    if (option.rfind("search_path=", 0) == 0) {
      schema = option.substr(option.find('=') + 1);
    } else {
      kept += (kept.empty() ? "" : " ") + (option == word && word[0] == '-' ? word : "-c" + option);
    }
  }
  return kept;
}

void add_default(Parameters& parameters, const char* key, const std::string& value) {
  if (value_of(parameters, key).empty()) parameters.emplace_back(key, value);
}

}  // namespace

bool is_postgres_url(const std::string& where) { return where.rfind("postgresql://", 0) == 0 || where.rfind("postgres://", 0) == 0; }

PostgresOptions parse_postgres_url(const std::string& url) {
  PostgresOptions options;
  char* reason = nullptr;
  std::unique_ptr<PQconninfoOption, Free> parsed(PQconninfoParse(without_ours(url, options).c_str(), &reason));
  if (!parsed) {
    bool unknown = reason && std::string_view(reason).find("invalid URI query parameter") != std::string_view::npos;
    std::string why = unknown ? reason : "the address of the database cannot be read";  // libpq quotes what it cannot read: the password, perhaps
    PQfreemem(reason);
    throw StoreUnavailable(why + ": " + kForm);
  }
  for (const PQconninfoOption* each = parsed.get(); each->keyword; ++each) {
    if (each->val && *each->val) options.parameters.emplace_back(each->keyword, each->val);
  }
  for (auto& [key, value] : options.parameters) {
    if (key == "options") value = take_search_path(value, options.schema);
    if (key == "connect_timeout") options.connect_timeout = std::chrono::seconds(std::max(1, std::atoi(value.c_str())));
  }
  std::string host = value_of(options.parameters, "host"), port = value_of(options.parameters, "port");
  if (host.find('@') != std::string::npos) throw StoreUnavailable(std::string("the address of the database has more than one @: ") + kForm);
  std::string database = value_of(options.parameters, "dbname");
  options.name = (host.empty() ? "local socket" : host) + (port.empty() ? "" : ":" + port) + "/" + database;
  add_default(options.parameters, "application_name", "darkroom");
  add_default(options.parameters, "target_session_attrs", "read-write");
  add_default(options.parameters, "client_encoding", "UTF8");
  add_default(options.parameters, "keepalives_idle", "10");
  add_default(options.parameters, "keepalives_interval", "5");
  add_default(options.parameters, "keepalives_count", "3");
  add_default(options.parameters, "tcp_user_timeout", "15000");
  return options;
}

}  // namespace darkroom::store
