#include "base/digest.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace darkroom {

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

std::optional<Digest> Digest::of(std::string_view name) {
  if (name == "sha1") return Digest("SHA1");
  if (name == "sha256") return Digest("SHA256");
  return std::nullopt;
}

Digest::Digest(const char* algorithm) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* found = EVP_get_digestbyname(algorithm);
  if (!context_ || !found || EVP_DigestInit_ex(context_.get(), found, nullptr) != 1) throw std::runtime_error(std::string(algorithm) + " is not available in this OpenSSL");
}

void Digest::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw std::runtime_error("a digest could not be updated");
}

std::string Digest::finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), digest, &size) != 1) throw std::runtime_error("a digest could not be finished");
  return {reinterpret_cast<char*>(digest), size};
}

}  // namespace darkroom
