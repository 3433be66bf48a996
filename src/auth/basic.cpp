#include "auth/basic.h"

#include "base/base64.h"

#include <algorithm>
#include <cctype>

namespace darkroom::auth {
namespace {

constexpr std::size_t kLongest = 1024;

}  // namespace

std::optional<BasicCredentials> basic_credentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  bool named = std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), [](char wanted, char given) { return std::tolower(static_cast<unsigned char>(given)) == wanted; });
  if (!named) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  if (authorization.size() > kLongest) return std::nullopt;
  auto text = from_padded_base64(authorization);
  auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{text->substr(0, colon), text->substr(colon + 1)};
}

}  // namespace darkroom::auth
