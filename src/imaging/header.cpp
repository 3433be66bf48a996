// Tells the format by its magic bytes and hands the file to that format's reader.
#include "imaging/header.h"

#include "domain/error_codes.h"
#include "imaging/foreign.h"
#include "imaging/header_formats.h"
#include "imaging/heif_brands.h"

#include <optional>
#include <string>

namespace darkroom::imaging {
namespace {

using namespace std::string_view_literals;

std::optional<Format> format_of(Bytes file) {
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.starts_with("\xFF\xD8\xFF")) return Format::jpeg;
  if (text.starts_with("\x89PNG\r\n\x1A\n")) return Format::png;
  if (text.starts_with("GIF87a") || text.starts_with("GIF89a")) return Format::gif;
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP"sv) return Format::webp;
  return heif_format(file);
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::jpeg: return "JPEG";
    case Format::png: return "PNG";
    case Format::webp: return "WEBP";
    case Format::gif: return "GIF";
    case Format::heic: return "HEIC";
    case Format::avif: return "AVIF";
  }
  return {};
}

std::string_view mime_type(Format format) {
  switch (format) {
    case Format::jpeg: return "image/jpeg";
    case Format::png: return "image/png";
    case Format::webp: return "image/webp";
    case Format::gif: return "image/gif";
    case Format::heic: return "image/heic";
    case Format::avif: return "image/avif";
  }
  return {};
}

Result<PhotoHeader> read_header(std::span<const std::uint8_t> file, const domain::PhotoLimits& limits) {
  if (file.empty()) return Error{std::string(domain::code::empty_file), "The file is empty. Send a photo."};
  if (static_cast<std::uint64_t>(file.size()) > static_cast<std::uint64_t>(limits.max_bytes)) {
    return Error{std::string(domain::code::too_large), "The file has " + std::to_string(file.size()) + " bytes; at most " +
                                                           std::to_string(limits.max_bytes) +
                                                           " are allowed. Send a smaller file."};
  }
  std::optional<Format> format = format_of(file);
  if (!format) return refuse_foreign(file, limits);
  switch (*format) {
    case Format::jpeg: return read_jpeg_header(file, limits);
    case Format::png: return read_png_header(file, limits);
    case Format::webp: return read_webp_header(file, limits);
    case Format::gif: return read_gif_header(file, limits);
    case Format::heic:
    case Format::avif: return takes_heif(limits) ? read_heif_header(file, *format, limits) : refuse_foreign(file, limits);
  }
  return refuse_foreign(file, limits);
}

domain::ImageInfo describe(const PhotoHeader& header) {
  domain::ImageInfo info;
  bool sideways = header.orientation >= 5;
  bool jpeg = header.format == Format::jpeg;
  info.raw_width = header.width;
  info.raw_height = header.height;
  info.width = sideways ? header.height : header.width;
  info.height = sideways ? header.width : header.height;
  info.format = to_string(header.format);
  info.mode = header.channels == 1 ? "L" : header.channels == 2 ? "LA" : header.channels == 3 ? "RGB" : jpeg ? "CMYK" : "RGBA";
  if (!header.mode.empty()) info.mode = header.mode;
  info.bit_depth = header.bit_depth;
  info.orientation = header.orientation;
  info.frames = header.frames;
  info.truncated = header.cut_off;
  return info;
}

domain::ImageInfo describe_whole(std::span<const std::uint8_t> file, const PhotoHeader& header) {
  domain::ImageInfo info = describe(header);
  if (header.format != Format::jpeg) return info;
  JpegEnd end = find_jpeg_end(file);
  info.scans = end.scans;
  info.truncated = !end.is_there;
  return info;
}

Error truncated_photo() {
  return Error{std::string(domain::code::truncated), "The photo is cut off: the file ends before its picture does. Send the whole file."};
}

}  // namespace darkroom::imaging
