// Magic bytes of files that people send and that are refused. Only the name in a message depends on them.
#include "imaging/foreign.h"

#include "domain/error_codes.h"
#include "imaging/heif_brands.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::imaging {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHeic = "a HEIC picture";
constexpr std::string_view kAvif = "an AVIF picture";
constexpr std::size_t kTextToSearch = 1024;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array kMagics = {
    Magic{0, "FUJIFILMCCD-RAW"sv, "a camera's raw file (RAF)"},
    Magic{8, "CR\x02"sv, "a camera's raw file (CR2)"},
    Magic{0, "II*\0"sv, "a TIFF picture"},
    Magic{0, "MM\0*"sv, "a TIFF picture"},
    Magic{0, "II+\0"sv, "a TIFF picture"},
    Magic{0, "MM\0+"sv, "a TIFF picture"},
    Magic{0, "\xFF\x0A"sv, "a JPEG XL picture"},
    Magic{0, "\0\0\0\x0CJXL \r\n\x87\n"sv, "a JPEG XL picture"},
    Magic{0, "\0\0\0\x0CjP  \r\n\x87\n"sv, "a JPEG 2000 picture"},
    Magic{0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000 picture"},
    Magic{0, "8BPS"sv, "a Photoshop document (PSD)"},
    Magic{0, "%PDF-"sv, "a PDF document"},
    Magic{0, "%!PS"sv, "a PostScript document"},
    Magic{0, "\xC5\xD0\xD3\xC6"sv, "a PostScript document"},
    Magic{0, "\0\0\1\0"sv, "an icon (ICO)"},
    Magic{0, "qoif"sv, "a QOI picture"},
    Magic{0, "PK\3\4"sv, "a ZIP archive"},
};

bool has_at(std::string_view text, std::size_t offset, std::string_view bytes) {
  return offset <= text.size() && text.substr(offset).starts_with(bytes);
}

// Two letters alone would claim any text that starts with BM.
bool is_bmp(std::string_view text) {
  if (!text.starts_with("BM") || text.size() < 18 || text.substr(6, 4) != "\0\0\0\0"sv) return false;
  constexpr std::string_view kHeaderSizes = "\x0C\x28\x34\x38\x40\x6C\x7C";
  return kHeaderSizes.find(text[14]) != std::string_view::npos && text.substr(15, 3) == "\0\0\0"sv;
}

std::string_view name_of_container(std::string_view text) {
  if (!has_at(text, 4, "ftyp")) return {};
  std::optional<Format> format = heif_format({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  if (format == Format::avif) return kAvif;
  if (format == Format::heic) return kHeic;
  return has_at(text, 8, "crx ") ? "a camera's raw file (CR3)" : "a video or another media container";
}

// What the sender can do about it, where many have the same question, and then what the administrator can.
std::string advice_for(std::string_view name) {
  if (name != kHeic && name != kAvif) return {};
  std::string advice = name == kHeic ? " Save it as JPEG; an iPhone takes JPEG photos with Settings > Camera > Formats > Most Compatible."
                                     : " Save it as JPEG, PNG or WebP.";
  if (!has_heif_decoder()) return advice + " This build of Darkroom has no decoder of HEIC and AVIF, whatever the setting photo.heif says.";
  return advice + " An administrator can have HEIC and AVIF taken with the setting photo.heif = true.";
}

std::string_view name_of_markup(std::string_view text) {
  std::string start(text.substr(0, kTextToSearch));
  std::ranges::transform(start, start.begin(), [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  std::size_t first = start.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first == std::string::npos || start[first] != '<') return {};
  if (start.find("<svg") != std::string::npos) return "an SVG drawing";
  if (start.find("<!doctype html") != std::string::npos || start.find("<html") != std::string::npos) return "an HTML page";
  return {};
}

std::string_view name_of(std::string_view text) {
  for (const Magic& magic : kMagics) {
    if (has_at(text, magic.offset, magic.bytes)) return magic.name;
  }
  if (is_bmp(text)) return "a BMP picture";
  std::string_view container = name_of_container(text);
  return container.empty() ? name_of_markup(text) : container;
}

}  // namespace

Error refuse_foreign(Bytes file, const domain::PhotoLimits& limits) {
  std::string_view name = name_of({reinterpret_cast<const char*>(file.data()), file.size()});
  std::string message =
      name.empty() ? "The file is not a picture that Darkroom knows." : "The file is " + std::string(name) + ".";
  std::string accepted = takes_heif(limits) ? " Accepted are JPEG, PNG, WebP, GIF, HEIC and AVIF." : " Accepted are JPEG, PNG, WebP and GIF.";
  return Error{std::string(domain::code::unsupported_format), message + accepted + advice_for(name)};
}

}  // namespace darkroom::imaging
