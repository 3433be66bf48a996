// SHA-256 (FIPS 180-4) of a stream and of a text, as lower-case hex.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace darkroom {

class Sha256 {
 public:
  Sha256();
  void update(std::span<const char> bytes);
  // 64 hex digits; call once.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_hex(std::string_view text);

}  // namespace darkroom
