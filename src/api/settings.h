// The configuration as the settings route shows it. Filled by config/, which knows the keys.
#pragma once

#include <string>

namespace darkroom::api {

struct Setting {
  std::string key;          // "run.slots"
  std::string environment;  // "DARKROOM_RUN_SLOTS"
  std::string value;        // as the file writes it, which is JSON as well: 4, "text", true; empty of a secret that is set
  std::string origin;       // default; file PATH; environment NAME; flag
  std::string sentence;     // what it does
  std::string allowed;      // "a whole number from 0 to 1024"
  bool secret = false;      // its value is shown to nobody
};

}  // namespace darkroom::api
