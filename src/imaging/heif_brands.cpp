// Brands as in ISO/IEC 23008-12, annex B, and the AVIF specification, section 6.
#include "imaging/heif_brands.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace darkroom::imaging {
namespace {

constexpr std::array<std::string_view, 9> kHeic = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "heif"};
constexpr std::array<std::string_view, 2> kAvif = {"avif", "avis"};
constexpr std::size_t kBrandsToSearch = 128;

// A file of the general brand mif1 tells its coding among the compatible brands, from the 16th byte to the end of the first box.
bool names_avif(std::string_view text) {
  std::string_view brand = text.substr(8, 4);
  if (brand != "mif1" && brand != "msf1") return false;
  std::size_t end = std::min({text.size(), std::size_t{static_cast<std::uint8_t>(text[3])}, kBrandsToSearch});
  for (std::size_t at = 16; at + 4 <= end; at += 4) {
    if (std::ranges::find(kAvif, text.substr(at, 4)) != kAvif.end()) return true;
  }
  return false;
}

}  // namespace

std::optional<Format> heif_format(Bytes file) {
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.size() < 12 || text.substr(4, 4) != "ftyp") return std::nullopt;
  std::string_view brand = text.substr(8, 4);
  if (std::ranges::find(kAvif, brand) != kAvif.end() || names_avif(text)) return Format::avif;
  if (std::ranges::find(kHeic, brand) != kHeic.end()) return Format::heic;
  return std::nullopt;
}

bool has_heif_decoder() { return DARKROOM_HEIF != 0; }

}  // namespace darkroom::imaging
