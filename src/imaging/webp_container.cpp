// WebP (RFC 9649): a RIFF file of chunks padded to even lengths. A simple file is one VP8 or VP8L chunk; an extended one starts
// with VP8X (canvas and flags), then ANMF frames or one picture, and metadata.
#include "imaging/webp_container.h"

#include "domain/error_codes.h"
#include "imaging/exif.h"

#include <optional>
#include <string>

namespace darkroom::imaging {
namespace {

constexpr std::uint32_t tag(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<std::uint8_t>(name[i]);
  return value;
}

constexpr std::uint8_t kAlphaFlag = 0x10;
constexpr std::uint8_t kAnimationFlag = 0x02;

struct Chunk {
  std::uint32_t type = 0;
  Bytes data;
};

struct BitstreamSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool has_alpha = false;
};

Error corrupt(std::string_view what) {
  return Error{std::string(domain::code::corrupt), "The WebP file is cut off or damaged: " + std::string(what) + "."};
}

Chunk take_chunk(ByteReader& reader) {
  Chunk chunk{.type = reader.u32_le(), .data = {}};
  std::uint32_t length = reader.u32_le();
  chunk.data = reader.take_available(length);
  if (length % 2 == 1 && reader.left() > 0) reader.skip(1);
  return chunk;
}

std::optional<BitstreamSize> read_bitstream_size(const Chunk& chunk) {
  ByteReader reader(chunk.data);
  BitstreamSize size;
  if (chunk.type == tag("VP8 ")) {
    bool is_key_frame = (reader.u24_le() & 1) == 0;
    bool has_start_code = reader.u24_le() == 0x2A019D;
    size.width = reader.u16_le() & 0x3FFF;
    size.height = reader.u16_le() & 0x3FFF;
    if (!is_key_frame || !has_start_code) return std::nullopt;
  } else if (chunk.type == tag("VP8L")) {
    if (reader.u8() != 0x2F) return std::nullopt;
    std::uint32_t bits = reader.u32_le();
    size = {.width = (bits & 0x3FFF) + 1, .height = (bits >> 14 & 0x3FFF) + 1, .has_alpha = (bits >> 28 & 1) == 1};
  } else {
    return std::nullopt;
  }
  return reader.ok() ? std::optional(size) : std::nullopt;
}

Result<void> read_animation_frame(Bytes data, WebpContainer& container) {
  ByteReader reader(data);
  container.frame_x = 2 * reader.u24_le();
  container.frame_y = 2 * reader.u24_le();
  container.frame_width = reader.u24_le() + 1;
  container.frame_height = reader.u24_le() + 1;
  reader.skip(4);
  container.frame = reader.rest();
  if (!reader.ok()) return corrupt("it ends inside its first frame");
  bool inside = container.frame_x + container.frame_width <= container.width &&
                container.frame_y + container.frame_height <= container.height;
  if (!inside) return corrupt("a frame lies outside the canvas");
  return {};
}

Result<WebpContainer> read_simple(const Chunk& chunk, WebpContainer container) {
  auto size = read_bitstream_size(chunk);
  if (!size) return corrupt("its first chunk holds no picture");
  container.width = size->width;
  container.height = size->height;
  container.has_alpha = size->has_alpha;
  return container;
}

Result<WebpContainer> read_extended(Bytes features, ByteReader reader, WebpContainer container) {
  ByteReader header(features);
  std::uint8_t flags = header.u8();
  header.skip(3);
  container.width = header.u24_le() + 1;
  container.height = header.u24_le() + 1;
  if (!header.ok()) return corrupt("it ends inside its header");
  container.has_alpha = (flags & kAlphaFlag) != 0;
  container.animated = (flags & kAnimationFlag) != 0;
  container.frames = container.animated ? 0 : 1;
  bool exif_seen = false;
  while (reader.ok() && reader.left() > 0) {
    Chunk chunk = take_chunk(reader);
    if (chunk.type == tag("EXIF") && !exif_seen) {
      container.orientation = read_exif_orientation(chunk.data);
      exif_seen = true;
    }
    if (container.animated && chunk.type == tag("ANMF") && ++container.frames == 1) {
      if (auto read = read_animation_frame(chunk.data, container); !read) return read.error();
    }
  }
  if (container.frames == 0) return corrupt("it is an animation without a frame");
  return container;
}

}  // namespace

Result<WebpContainer> read_webp_container(Bytes file) {
  ByteReader riff(file);
  riff.skip(4);
  std::uint64_t claimed = std::uint64_t{riff.u32_le()} + 8;
  WebpContainer container;
  container.cut_off = claimed > file.size();
  container.frame = file;
  ByteReader reader(container.cut_off ? file : file.first(static_cast<std::size_t>(claimed)));
  reader.skip(12);
  Chunk first = take_chunk(reader);
  if (first.type == tag("VP8X")) return read_extended(first.data, reader, container);
  return read_simple(first, container);
}

}  // namespace darkroom::imaging
