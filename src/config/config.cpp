#include "config/config.h"

#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "domain/model_variables.h"

#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace darkroom::config {
namespace {

constexpr const char* kSitesExample = R"(
# A site that photos come from and results go back to. It is trusted as exactly this host and port: http, private and loopback addresses included. A callback
# without a path gets /api/ai-callback/. The secret signs what is sent; without one it is derived (`darkroom endpoints secret --site NAME`). format: compat or standard.
# DJANGO_CALLBACK_URL in the environment names the site django.
# [[sites]]
# name = "django"
# callback = "http://127.0.0.1:8000"
# secret_file = "/etc/darkroom/django.secret"
# format = "compat"
)";

// No key: nothing that breaks things on purpose shall be in a file or in a list of settings.
constexpr const char* kFailPoints = "DARKROOM_FAIL_POINTS";

struct Loading {
  Loaded loaded;
  std::vector<std::string> errors;

  void set(const Key& key, const std::string& text, const std::string& where, const std::string& origin) {
    if (key.set(loaded.config, text)) {
      loaded.origins[key.name] = origin;
    } else {
      errors.push_back(where + ": " + key.name + " must be " + key.allowed + ", not '" + (key.secret ? "..." : text) + "'.");
    }
  }

  void add_site(delivery::Site site, const std::string& where) {
    auto fit = delivery::checked(std::move(site));
    auto& sites = loaded.config.delivery.sites;
    if (!fit) {
      errors.push_back(where + ": " + fit.error().message + ".");
    } else if (std::ranges::find(sites, fit->name, &delivery::Site::name) != sites.end()) {
      errors.push_back(where + ": there are two sites of the name " + fit->name + ".");
    } else {
      sites.push_back(std::move(*fit));
    }
  }
};

const Key* find_key(const std::string& name) {
  auto found = std::ranges::find(keys(), name, &Key::name);
  return found == keys().end() ? nullptr : &*found;
}

std::string text_of(const toml::node& value) {
  if (auto text = value.value_exact<std::string>()) return *text;
  if (const auto* list = value.as_array()) {
    std::string joined;
    for (const toml::node& item : *list) joined += (joined.empty() ? "" : ",") + text_of(item);
    return joined;
  }
  std::ostringstream out;
  value.visit([&](const auto& typed) { out << typed; });
  return out.str();
}

// A [[sites]] of the file.
void read_site(Loading& loading, const toml::table& table, const std::string& where) {
  delivery::Site site;
  std::string secret_file, format = "compat";
  const std::map<std::string, std::string*> fields = {{"name", &site.name}, {"callback", &site.callback}, {"secret", &site.secret}, {"secret_file", &secret_file}, {"format", &format}};
  for (const auto& [key, value] : table) {
    auto field = fields.find(std::string(key.str()));
    if (field == fields.end()) loading.errors.push_back(where + ": a site has no key '" + std::string(key.str()) + "'. Known: name, callback, secret, secret_file, format.");
    else *field->second = text_of(value);
  }
  if (!secret_file.empty() && !std::getline(std::ifstream(secret_file), site.secret)) loading.errors.push_back(where + ": the file " + secret_file + " with the secret of the site cannot be read.");
  auto known = domain::parse_callback_format(format);
  if (!known) loading.errors.push_back(where + ": format must be compat or standard, not '" + format + "'.");
  site.format = known.value_or(site.format);
  loading.add_site(std::move(site), where);
}

void read_table(Loading& loading, const toml::table& table, const std::string& prefix, const std::string& path) {
  for (const auto& [key, value] : table) {
    std::string name = prefix + std::string(key.str());
    if (const auto* inner = value.as_table()) {
      read_table(loading, *inner, name + ".", path);
      continue;
    }
    std::string where = path + ", line " + std::to_string(value.source().begin.line);
    if (const auto* sites = value.as_array(); sites && name == "sites") {
      for (const toml::node& site : *sites) read_site(loading, site.is_table() ? *site.as_table() : toml::table(), path + ", line " + std::to_string(site.source().begin.line));
      continue;
    }
    if (const Key* known = find_key(name)) {
      loading.set(*known, text_of(value), where, "file " + path);
    } else {
      loading.errors.push_back(where + ": there is no key '" + name + "'. `darkroom config sample` lists all keys.");
    }
  }
}

void read_file(Loading& loading, const std::string& path) {
  try {
    read_table(loading, toml::parse_file(path), "", path);
  } catch (const toml::parse_error& error) {
    loading.errors.push_back(path + ", line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()) + ".");
  }
}

void read_environment(Loading& loading, const std::map<std::string, std::string>& environment) {
  for (const auto& [name, text] : environment) {
    auto found = std::ranges::find(keys(), name, &Key::environment);
    if (found != keys().end()) {
      loading.set(*found, text, "environment variable " + name, "environment " + name);
    } else if (name == kDjangoCallback) {
      std::erase_if(loading.loaded.config.delivery.sites, [](const delivery::Site& site) { return site.name == "django"; });
      loading.add_site({.name = "django", .callback = text, .secret = ""}, "environment variable " + name);
    } else if (name == kFailPoints) {
      loading.loaded.config.fail_points = text;
    } else if (name != "DARKROOM_CONFIG" && name != kServerUrl && name != kServerToken && !name.starts_with(domain::kModelVariables)) {
      loading.loaded.warnings.push_back("environment variable " + name + " is not known and does nothing. `darkroom config sample` lists all keys.");
    }
  }
}

void check_together(Loading& loading) {
  const Config& config = loading.loaded.config;
  if (!config.fail_points.empty() && !config.test_mode) {
    loading.errors.push_back(std::string("environment variable ") + kFailPoints + ": it makes this program break on purpose and is for tests only. Unset it, or start with --test-mode.");
  } else if (auto plan = check_fail_points(config.fail_points); !plan) {
    loading.errors.push_back(std::string("environment variable ") + kFailPoints + ": " + plan.error().message);
  }
  if (config.runner.run.hard < config.runner.run.soft) {
    loading.errors.push_back("run.hard_limit_seconds must not be less than run.soft_limit_seconds.");
  }
  if (!config.admin_token.empty() && config.admin_token.size() < 20) {
    loading.errors.push_back("admin_token must have at least 20 characters, so that it cannot be guessed. Leave it empty to have one made.");
  }
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; (begin = list.find_first_not_of(", ", begin)) != std::string::npos;) {
    std::size_t end = std::min(list.find_first_of(", ", begin), list.size());
    words.push_back(list.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

void read_edge(Loading& loading) {
  Config& config = loading.loaded.config;
  config.http.forwarded_by = config.edge.forwarded == "forwarded" ? http::ForwardedBy::forwarded : http::ForwardedBy::x_forwarded;
  config.http.allowed_hosts = words_of(config.edge.allowed_hosts);
  for (std::string& host : config.http.allowed_hosts) std::ranges::transform(host, host.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  config.http.cors_origins = words_of(config.edge.cors_origins);
  for (const std::string& origin : config.http.cors_origins) {
    bool whole = (origin.starts_with("https://") || origin.starts_with("http://")) && origin.find_first_of("/*", origin.find("//") + 2) == std::string::npos;
    if (!whole) loading.errors.push_back("http.cors_origins: '" + origin + "' is no origin. Write each as browsers send it, like https://app.example.com; * is not taken.");
  }
  config.http.local_hosts_only = is_loopback(config.http.address);
  if (config.edge.access_file.empty()) config.edge.access_file = config.data_dir + "/access.log";
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace

Result<Loaded> load(const Sources& sources) {
  Loading loading;
  for (const Key& key : keys()) loading.loaded.origins[key.name] = "default";
  loading.loaded.config.data_dir = sources.default_data_dir;
  loading.loaded.config.test_mode = sources.test_mode;
  // The file may lie in the data folder, so the folder is looked up first where it can be set from outside.
  std::string folder = sources.default_data_dir;
  if (auto found = sources.environment.find("DARKROOM_DATA_DIR"); found != sources.environment.end()) folder = found->second;
  if (auto found = sources.flags.find("data_dir"); found != sources.flags.end()) folder = found->second;
  std::string file = sources.file.empty() ? folder + "/darkroom.toml" : sources.file;
  if (!sources.file.empty() && !std::filesystem::exists(file)) {
    loading.errors.push_back("there is no configuration file " + file + ".");
  } else if (std::filesystem::exists(file)) {
    read_file(loading, file);
  }
  read_environment(loading, sources.environment);
  for (const auto& [name, text] : sources.flags) {
    if (const Key* key = find_key(name)) loading.set(*key, text, "flag", "flag");
  }
  check_together(loading);
  Config& config = loading.loaded.config;
  if (config.data_dir.empty()) loading.errors.push_back("data_dir must not be empty.");
  if (config.models_dir.empty()) config.models_dir = config.data_dir + "/models";
  read_edge(loading);
  if (!loading.errors.empty()) return Error{std::string(domain::code::bad_request), joined(loading.errors)};
  config.settings = shown_settings(loading.loaded);
  return std::move(loading.loaded);
}

std::vector<api::Setting> shown_settings(const Loaded& loaded) {
  std::vector<api::Setting> shown;
  for (const Key& key : keys()) {
    std::string value = key.get(loaded.config);
    if (key.secret && value != "\"\"") value.clear();
    shown.push_back({key.name, key.environment, std::move(value), loaded.origins.at(key.name), key.sentence, key.allowed, key.secret});
  }
  return shown;
}

std::string sample_file() {
  std::string text = "# Every key of Darkroom with its default. A key may also be set by the environment variable that stands beside it.\n";
  std::string table;
  Config defaults;
  for (const Key& key : keys()) {
    auto dot = key.name.find('.');
    std::string group = dot == std::string::npos ? "" : key.name.substr(0, dot);
    if (group != table) text += "\n[" + group + "]\n";
    table = group;
    text += "\n# " + key.sentence + " (" + key.environment + "; " + key.allowed + ")\n";
    text += "# " + key.name.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + key.get(defaults) + "\n";
  }
  return text + kSitesExample;
}

}  // namespace darkroom::config
