// Which events of the log a caller asked for and may see: one judgement for the list and for the stream.
#pragma once

#include "http/message.h"
#include "store/finding.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::api {

struct WantedEvents {
  std::optional<std::int64_t> image = {};
  std::optional<std::string> batch = {};
  std::vector<std::string> types = {};      // whole names, or beginnings up to a dot: "job."
  std::optional<std::string> owner = {};    // only of this one's images and batches
  bool audit = false;                       // also what the audit tells

  bool shows(const store::SeenEvent& seen) const;
};

// All that this caller may see.
WantedEvents events_seen_by(const http::Request& request);

}  // namespace darkroom::api
