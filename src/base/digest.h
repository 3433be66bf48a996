// A digest of a stream by its algorithm's name, as raw bytes, for checksums that a client chooses.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace darkroom {

class Digest {
 public:
  // sha1, sha256; none for other names.
  static std::optional<Digest> of(std::string_view name);
  void update(std::string_view bytes);
  std::string finish();  // call once

 private:
  explicit Digest(const char* algorithm);
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace darkroom
