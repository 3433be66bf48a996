#include "delivery/signature.h"

#include "base/base64.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace darkroom::delivery {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kFewest = 24, kMost = 64;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string secret_text(std::string_view bytes) { return std::string(kPrefix) + to_base64(bytes); }

std::optional<std::string> secret_bytes(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  auto bytes = from_padded_base64(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() < kFewest || bytes->size() > kMost) return std::nullopt;
  return bytes;
}

std::string signature(std::string_view secret, std::string_view id, std::int64_t timestamp, std::string_view body) {
  std::string signed_text = std::string(id) + "." + std::to_string(timestamp) + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(signed_text), signed_text.size(), digest.data(), &length)) {
    throw std::runtime_error("OpenSSL could not compute an HMAC");
  }
  return "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), length});
}

std::vector<std::pair<std::string, std::string>> signed_headers(const std::vector<std::string>& secrets, std::string_view id, Time at, std::string_view body) {
  std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::string entries;
  for (const std::string& secret : secrets) entries += (entries.empty() ? "" : " ") + signature(secret, id, seconds, body);
  return {{"webhook-id", std::string(id)}, {"webhook-timestamp", std::to_string(seconds)}, {"webhook-signature", std::move(entries)}};
}

}  // namespace darkroom::delivery
