// The kinds of values that keys have: how each is read, written and described. keys.cpp makes its table of them.
#pragma once

#include "config/config.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::config {

// Decimal digits that are a number from `least` to `most`, and nothing else.
bool parse_whole(const std::string& text, std::int64_t least, std::int64_t most, std::int64_t& number);

std::string quoted(const std::string& text);

// A key without `get` and `set`. `allowed` completes "must be ...".
Key make(std::string name, std::string sentence, std::string allowed);

Key text_key(const char* name, const char* sentence, std::function<std::string&(Config&)> field);
Key choice_key(const char* name, const char* sentence, std::function<std::string&(Config&)> field, std::vector<std::string> choices);
// `write` stores a number, `read` gives it back, both in the unit that the key's name says.
Key whole_key(const char* name, const char* sentence, std::pair<std::int64_t, std::int64_t> range, std::function<std::int64_t(const Config&)> read,
              std::function<void(Config&, std::int64_t)> write);
Key flag_key(const char* name, const char* sentence, std::function<bool&(Config&)> field);
Key delay_key(const char* name, const char* sentence, Duration& (*field)(Config&));
Key networks_key(const char* name, const char* sentence, std::vector<Network>& (*field)(Config&));

}  // namespace darkroom::config
