#include "auth/password.h"

#include "auth/sodium.h"
#include "base/id.h"

#include <sodium.h>

#include <stdexcept>

namespace darkroom::auth {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19U * 1024 * 1024;

}  // namespace

std::string hash_password(std::string_view password) {
  start_sodium();
  char encoded[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(encoded, password.data(), password.size(), kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("not enough memory to hash a password");
  }
  return encoded;
}

bool verify_password(std::string_view password, const std::string& hash) {
  start_sodium();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string make_password() { return random_base62(16); }

}  // namespace darkroom::auth
