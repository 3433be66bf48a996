// JSON as text for people and programs: numbers as one writes them (0.87), not as the library does (8.7E-1).
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace darkroom::json {

// Compact; doubles in the shortest form that reads back as the same number. Numbers that JSON does not have (NaN, infinities) become null.
std::string to_text(const boost::json::value& value);

}  // namespace darkroom::json
