// How the contract of the service that Darkroom replaces is kept.
#pragma once

#include "base/clock.h"
#include "base/network.h"

#include <chrono>
#include <string>
#include <vector>

namespace darkroom::api {

struct CompatConfig {
  std::string reply = "queued";             // "result": POST /process-image/ is held until the result is there
  Duration callback_delay = std::chrono::seconds(2);  // no callback sooner after the answer: the old task's last save overwrites what came before it
  std::vector<Network> open_from = {};      // who needs no token
  std::chrono::seconds longest_hold{300};   // of reply = "result"
};

}  // namespace darkroom::api
