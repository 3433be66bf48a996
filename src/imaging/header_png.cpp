// Walks the chunks of a PNG (length, type, data, CRC; W3C PNG, 5.3): the size stands in the first, the compressed picture in all
// IDAT chunks together. CRCs are the decoder's business.
#include "domain/error_codes.h"
#include "imaging/exif.h"
#include "imaging/header_formats.h"
#include "imaging/proofs.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

namespace darkroom::imaging {
namespace {

namespace code = domain::code;

constexpr std::uint32_t tag(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(name[i]);
  return value;
}

enum ColourType { kGrey = 0, kTrueColour = 2, kPalette = 3, kGreyAlpha = 4, kTrueColourAlpha = 6 };

struct ImageHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int depth = 0;
  int colour = 0;
  int interlace = 0;
};

struct Walk {
  std::uint64_t deflated_bytes = 0;
  std::optional<int> orientation;
  int frames = 1;
  bool reached_end = false;
};

int stored_channels(int colour) {
  switch (colour) {
    case kGrey: return 1;
    case kTrueColour: return 3;
    case kPalette: return 1;
    case kGreyAlpha: return 2;
    case kTrueColourAlpha: return 4;
  }
  return 0;
}

// As Pillow names what the file stores.
std::string_view mode_of(int colour, int depth) {
  switch (colour) {
    case kPalette: return "P";
    case kTrueColour: return "RGB";
    case kTrueColourAlpha: return "RGBA";
    case kGreyAlpha: return "LA";
  }
  return depth == 1 ? "1" : depth == 16 ? "I;16" : "L";
}

bool is_valid_depth(int colour, int depth) {
  bool is_small = depth == 1 || depth == 2 || depth == 4;
  if (colour == kPalette) return is_small || depth == 8;
  return depth == 8 || depth == 16 || (colour == kGrey && is_small);
}

Error corrupt(std::string_view what) {
  return Error{std::string(code::corrupt), "The header of the PNG is damaged: " + std::string(what) + "."};
}

Result<ImageHeader> read_image_header(ByteReader& reader) {
  std::uint32_t length = reader.u32_be();
  std::uint32_t type = reader.u32_be();
  ImageHeader header{.width = reader.u32_be(), .height = reader.u32_be(), .depth = reader.u8(), .colour = reader.u8()};
  int compression = reader.u8();
  int filter = reader.u8();
  header.interlace = reader.u8();
  reader.skip(4);
  if (!reader.ok()) return corrupt("the file ends inside it");
  if (type != tag("IHDR") || length != 13) return corrupt("it does not start with IHDR");
  if (stored_channels(header.colour) == 0 || !is_valid_depth(header.colour, header.depth))
    return corrupt("colour type and depth do not exist");
  if (compression != 0 || filter != 0 || header.interlace > 1) return corrupt("unknown compression, filter or interlace method");
  return header;
}

// Each step moves by at least the 12 bytes of an empty chunk, so the walk is bounded by the file.
Walk walk_chunks(ByteReader& reader) {
  Walk walk;
  while (reader.ok() && reader.left() > 0 && !walk.reached_end) {
    std::uint32_t length = reader.u32_be();
    std::uint32_t type = reader.u32_be();
    Bytes data = reader.take_available(length);
    if (type == tag("IDAT")) walk.deflated_bytes += data.size();
    if (type == tag("eXIf") && !walk.orientation) walk.orientation = read_exif_orientation(data);
    if (type == tag("acTL") && data.size() >= 4) {
      std::uint32_t frames = ByteReader(data).u32_be();
      walk.frames = static_cast<int>(std::clamp<std::uint32_t>(frames, 1, std::numeric_limits<int>::max()));
    }
    reader.skip(4);
    walk.reached_end = reader.ok() && type == tag("IEND");
  }
  return walk;
}

}  // namespace

Result<PhotoHeader> read_png_header(Bytes file, const domain::PhotoLimits& limits) {
  ByteReader reader(file);
  reader.skip(8);
  auto header = read_image_header(reader);
  if (!header) return header.error();
  if (auto fine = check_size(header->width, header->height, limits); !fine) return fine.error();
  auto width = static_cast<int>(header->width);
  auto height = static_cast<int>(header->height);
  int channels = stored_channels(header->colour);
  Walk walk = walk_chunks(reader);
  std::uint64_t raw_bytes = count_png_bytes(width, height, channels * header->depth, header->interlace == 1);
  if (auto fine = prove_png(raw_bytes, walk.deflated_bytes); !fine) return fine.error();
  return PhotoHeader{.format = Format::png,
                     .width = width,
                     .height = height,
                     .orientation = walk.orientation.value_or(1),
                     .bit_depth = header->depth,
                     .channels = header->colour == kPalette ? 3 : channels,
                     .mode = mode_of(header->colour, header->depth),
                     .frames = walk.frames,
                     .cut_off = !walk.reached_end};
}

}  // namespace darkroom::imaging
