#include "models/sidecar.h"

#include "domain/error_codes.h"
#include "domain/model_variables.h"
#include "domain/printable.h"
#include "models/recipe_toml.h"
#include "models/toml_text.h"

#include <algorithm>
#include <cstdlib>

namespace darkroom::models {
namespace {

constexpr std::size_t kLongestLabel = 200;  // bytes
constexpr std::size_t kMostLabels = 100'000;
constexpr std::size_t kLongestText = 500;
constexpr std::size_t kLongestUrl = 2'000;
constexpr std::size_t kMostHeaders = 50;
constexpr std::string_view kFromEnvironment = "env:";

using Complaint = std::optional<std::string>;

bool is_text(const std::string& text, std::size_t longest) { return text.size() <= longest && domain::is_printable_utf8(text); }

Complaint take_text(const char* key, const toml::node& value, std::string& place) {
  auto text = value.value_exact<std::string>();
  if (!text || text->empty() || !is_text(*text, kLongestText)) return std::string(key) + " must be one line of text.";
  place = *text;
  return std::nullopt;
}

Complaint take_labels(const toml::node& value, std::vector<std::string>& labels) {
  const toml::array* list = value.as_array();
  if (!list || list->empty() || list->size() > kMostLabels) {
    return "labels must be a list of 1 to 100000 names, by class number: [\"bolt\", \"nut\"].";
  }
  for (const toml::node& item : *list) {
    auto text = item.value_exact<std::string>();
    if (!text || !is_text(*text, kLongestLabel)) return "each of labels must be one line of text of at most 200 bytes.";
    labels.push_back(*text);
  }
  return std::nullopt;
}

Complaint take_engine(const toml::node& value, domain::EngineKind& engine) {
  auto text = value.value_exact<std::string>();
  if (text == "http") {
    engine = domain::EngineKind::http;
  } else if (text != "onnx") {
    return "engine must be \"onnx\" (a model.onnx) or \"http\" (someone's service).";
  }
  return std::nullopt;
}

Complaint take_url(const toml::node& value, std::string& url) {
  auto text = value.value_exact<std::string>();
  bool visible = text && std::ranges::all_of(*text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible || text->size() > kLongestUrl || !(text->starts_with("http://") || text->starts_with("https://"))) {
    return "url must be an address such as \"http://127.0.0.1:8000/process\".";
  }
  url = *text;
  return std::nullopt;
}

bool is_header_name(std::string_view text) {
  auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, allowed);
}

Complaint take_headers(const toml::node& value, std::map<std::string, std::string>& headers) {
  const toml::table* table = value.as_table();
  if (!table || table->size() > kMostHeaders) return "headers must be a table such as { Authorization = \"env:DARKROOM_MODEL_TOKEN\" }.";
  for (const auto& [key, node] : *table) {
    std::string header(key.str());
    auto text = node.value_exact<std::string>();
    if (!is_header_name(header) || !text) return "headers." + header + " must be a header's name with a text as its value.";
    if (text->starts_with(kFromEnvironment)) {
      std::string variable = text->substr(kFromEnvironment.size());
      // Whoever may add a model may name the service that gets the header: the server's other secrets are none of theirs.
      if (!variable.starts_with(domain::kModelVariables)) {
        return "headers." + header + " may only be taken from an environment variable whose name begins with " + std::string(domain::kModelVariables) +
               ", such as \"env:DARKROOM_MODEL_TOKEN\".";
      }
      const char* found = std::getenv(variable.c_str());
      if (!found) {
        return "headers." + header + " is taken from the environment variable " + variable +
               ", which is not set for this server. Set it and start again.";
      }
      text = found;
    }
    bool visible = std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!visible || text->size() > kLongestUrl) return "headers." + header + " must have a value of visible ASCII characters.";
    headers[header] = *text;
  }
  return std::nullopt;
}

Complaint take_remote(const std::string& key, const toml::node& value, domain::RemoteService& remote) {
  if (key == "url") return take_url(value, remote.url);
  if (key == "headers") return take_headers(value, remote.headers);
  if (key == "concurrency") {
    auto number = value.value_exact<std::int64_t>();
    if (!number || *number < 1 || *number > 256) return "concurrency must be a whole number from 1 to 256.";
    remote.concurrency = static_cast<int>(*number);
    return std::nullopt;
  }
  auto seconds = value.is_number() ? value.value<double>() : std::nullopt;
  if (!seconds || !(*seconds >= 0.1 && *seconds <= 3600)) return "timeout_seconds must be a number from 0.1 to 3600.";
  remote.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
  return std::nullopt;
}

bool is_remote_key(const std::string& key) { return key == "url" || key == "timeout_seconds" || key == "concurrency" || key == "headers"; }

Complaint take(Sidecar& sidecar, const std::string& key, const toml::node& value) {
  if (is_recipe_field(key)) return set_field(sidecar.recipe, key, value);
  if (key == "engine") return take_engine(value, sidecar.engine);
  if (key == "title") return take_text("title", value, sidecar.title);
  if (key == "licence") return take_text("licence", value, sidecar.licence);
  if (key == "labels") return take_labels(value, sidecar.labels);
  if (is_remote_key(key)) {
    if (!sidecar.remote) sidecar.remote.emplace();
    return take_remote(key, value, *sidecar.remote);
  }
  return "there is no key '" + key + "'. Known: engine, title, licence, labels, " + recipe_fields() +
         "; with engine = \"http\" also url, timeout_seconds, concurrency, headers.";
}

}  // namespace

Result<Sidecar> read_sidecar(std::string_view text, const std::string& called) {
  auto table = parse_toml(text, called);
  if (!table) return table.error();
  Sidecar sidecar;
  for (const auto& [key, value] : *table) {
    if (auto complaint = take(sidecar, std::string(key.str()), value)) return wrong_line(called, key.source().begin, *complaint);
  }
  bool remote = sidecar.engine == domain::EngineKind::http;
  if (!remote && sidecar.remote) return wrong_line(called, {1, 1}, "url, timeout_seconds, concurrency and headers need engine = \"http\".");
  if (remote && (!sidecar.remote || sidecar.remote->url.empty())) return wrong_line(called, {1, 1}, "engine = \"http\" needs a url.");
  return sidecar;
}

Result<std::string> with_choice(std::string_view text, const std::string& called, const std::string& family, const std::string& task) {
  auto table = parse_toml(text, called);
  if (!table) return table.error();
  if (!family.empty()) table->insert_or_assign("family", family);
  if (!task.empty()) table->insert_or_assign("task", task);
  return to_text(*table);
}

Result<std::vector<std::string>> read_labels(std::string_view text, const std::string& called) {
  std::vector<std::string> labels;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the byte order mark of some editors
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string label(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    while (!label.empty() && (label.back() == '\r' || label.back() == ' ')) label.pop_back();
    labels.push_back(std::move(label));
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  auto bad = std::ranges::find_if(labels, [](const std::string& label) { return !is_text(label, kLongestLabel); });
  if (labels.size() <= kMostLabels && bad == labels.end()) return labels;
  std::string where = labels.size() > kMostLabels ? "" : ", line " + std::to_string(bad - labels.begin() + 1);
  return Error{std::string(domain::code::model_unavailable),
               called + where + ": labels are at most 100000 lines of UTF-8 text of at most 200 bytes each."};
}

}  // namespace darkroom::models
