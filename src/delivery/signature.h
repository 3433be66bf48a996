// Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over "id.timestamp.body". https://github.com/standard-webhooks/standard-webhooks
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::delivery {

// Raw bytes as whsec_ and base64, and back; none when it is not of this form or has not 24 to 64 bytes.
std::string secret_text(std::string_view bytes);
std::optional<std::string> secret_bytes(std::string_view text);

// "v1,..." of one secret, given as raw bytes.
std::string signature(std::string_view secret, std::string_view id, std::int64_t timestamp, std::string_view body);

// webhook-id, webhook-timestamp and webhook-signature; the signature has an entry for each secret, so that one can be exchanged without a gap.
std::vector<std::pair<std::string, std::string>> signed_headers(const std::vector<std::string>& secrets, std::string_view id, Time at, std::string_view body);

}  // namespace darkroom::delivery
