#include "config/key_kinds.h"

#include <algorithm>
#include <charconv>

namespace darkroom::config {
namespace {

std::string environment_name(std::string name) {
  for (char& c : name) c = c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return "DARKROOM_" + name;
}

// "2", "2s", "500ms"; a bare number is seconds.
bool parse_delay(std::string text, Duration& delay) {
  bool milliseconds = text.ends_with("ms");
  if (milliseconds) text.resize(text.size() - 2);
  else if (text.ends_with('s')) text.pop_back();
  std::int64_t number = 0;
  if (!parse_whole(text, 0, milliseconds ? 3'600'000 : 3600, number)) return false;
  delay = std::chrono::milliseconds(milliseconds ? number : number * 1000);
  return true;
}

}  // namespace

bool parse_whole(const std::string& text, std::int64_t least, std::int64_t most, std::int64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= least && number <= most;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

Key make(std::string name, std::string sentence, std::string allowed) {
  Key key;
  key.name = std::move(name);
  key.environment = environment_name(key.name);
  key.sentence = std::move(sentence);
  key.allowed = std::move(allowed);
  return key;
}

Key text_key(const char* name, const char* sentence, std::function<std::string&(Config&)> field) {
  Key key = make(name, sentence, "a text");
  key.get = [field](const Config& config) { return quoted(field(const_cast<Config&>(config))); };
  key.set = [field](Config& config, const std::string& text) {
    field(config) = text;
    return true;
  };
  return key;
}

Key choice_key(const char* name, const char* sentence, std::function<std::string&(Config&)> field, std::vector<std::string> choices) {
  Key key = text_key(name, sentence, field);
  key.allowed = "one of";
  for (const auto& choice : choices) key.allowed += " " + choice;
  key.set = [field, choices](Config& config, const std::string& text) {
    field(config) = text;
    return std::ranges::find(choices, text) != choices.end();
  };
  return key;
}

Key whole_key(const char* name, const char* sentence, std::pair<std::int64_t, std::int64_t> range, std::function<std::int64_t(const Config&)> read,
              std::function<void(Config&, std::int64_t)> write) {
  Key key = make(name, sentence, "a whole number from " + std::to_string(range.first) + " to " + std::to_string(range.second));
  key.get = [read](const Config& config) { return std::to_string(read(config)); };
  key.set = [range, write](Config& config, const std::string& text) {
    std::int64_t number = 0;
    if (!parse_whole(text, range.first, range.second, number)) return false;
    write(config, number);
    return true;
  };
  return key;
}

Key flag_key(const char* name, const char* sentence, std::function<bool&(Config&)> field) {
  Key key = make(name, sentence, "true or false");
  key.get = [field](const Config& config) { return field(const_cast<Config&>(config)) ? "true" : "false"; };
  key.set = [field](Config& config, const std::string& text) {
    field(config) = text == "true" || text == "1";
    return text == "true" || text == "false" || text == "1" || text == "0";
  };
  return key;
}

Key delay_key(const char* name, const char* sentence, Duration& (*field)(Config&)) {
  Key key = make(name, sentence, "a time from 0s to 3600s, such as 2s or 500ms");
  key.get = [field](const Config& config) {
    auto milliseconds = field(const_cast<Config&>(config)).count() / 1000;
    return quoted(milliseconds % 1000 ? std::to_string(milliseconds) + "ms" : std::to_string(milliseconds / 1000) + "s");
  };
  key.set = [field](Config& config, const std::string& text) { return parse_delay(text, field(config)); };
  return key;
}

Key networks_key(const char* name, const char* sentence, std::vector<Network>& (*field)(Config&)) {
  Key key = make(name, sentence, "a list of addresses or ranges, such as \"10.0.0.0/8, 192.168.1.7\"");
  key.get = [field](const Config& config) {
    std::string text;
    for (const Network& network : field(const_cast<Config&>(config))) text += (text.empty() ? "" : ", ") + network.text();
    return quoted(text);
  };
  key.set = [field](Config& config, const std::string& text) {
    std::vector<Network> networks;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = std::min(text.find(',', at), text.size());
      std::string one = text.substr(at, end - at);
      std::erase(one, ' ');
      at = end + 1;
      if (one.empty()) continue;
      auto network = Network::parse(one);
      if (!network) return false;
      networks.push_back(*network);
    }
    field(config) = std::move(networks);
    return true;
  };
  return key;
}

}  // namespace darkroom::config
