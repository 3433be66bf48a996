// GIF (version 89a): a signature, a screen with an optional palette, then blocks: extensions (0x21), frames (0x2C), the trailer (0x3B). What an
// extension or a frame carries comes in sub-blocks of 1 to 255 bytes, ended by one of none. Every step takes at least one byte of the file, so
// the walk is bounded by its length.
#include "imaging/gif_container.h"

#include "domain/error_codes.h"

#include <string>

namespace darkroom::imaging {
namespace {

enum Block : std::uint8_t { kPadding = 0x00, kExtension = 0x21, kFrame = 0x2C, kTrailer = 0x3B };
constexpr std::uint8_t kGraphicControl = 0xF9;
constexpr std::uint8_t kHasPalette = 0x80;
constexpr std::uint8_t kInterlaced = 0x40;
constexpr std::uint8_t kHasTransparent = 0x01;

Error corrupt(std::string_view what) {
  return Error{std::string(domain::code::corrupt), "The GIF file is cut off or damaged: " + std::string(what) + "."};
}

// Up to and with the empty sub-block; ok() of the reader is false when the file ends before it. Gives the bytes of data.
std::uint64_t skip_sub_blocks(ByteReader& reader) {
  std::uint64_t sum = 0;
  while (std::uint8_t length = reader.u8()) sum += reader.take_available(length).size();
  return sum;
}

Bytes take_palette(ByteReader& reader, std::uint8_t flags) {
  return (flags & kHasPalette) != 0 ? reader.take(std::uint64_t{6} << (flags & 7)) : Bytes{};
}

// What a graphic control extension says of the frame that follows it.
std::optional<std::uint8_t> read_extension(ByteReader& reader, std::optional<std::uint8_t> transparent) {
  bool is_control = reader.u8() == kGraphicControl;
  ByteReader control(reader.rest());
  bool is_whole = control.u8() == 4;
  bool has_transparent = (control.u8() & kHasTransparent) != 0;
  control.skip(2);
  std::uint8_t index = control.u8();
  skip_sub_blocks(reader);
  if (!is_control || !is_whole || !control.ok()) return transparent;
  return has_transparent ? std::optional(index) : std::nullopt;
}

Result<void> check_frame(const GifContainer& gif) {
  if (gif.frame_width == 0 || gif.frame_height == 0) return corrupt("its first frame has no size");
  bool inside = gif.frame_x + gif.frame_width <= gif.width && gif.frame_y + gif.frame_height <= gif.height;
  if (!inside) return corrupt("its first frame lies outside its screen");
  if (gif.palette.empty()) return corrupt("it has no palette");
  return {};
}

// The reader stands on the image descriptor.
Result<void> read_first_frame(Bytes file, ByteReader& reader, GifContainer& gif) {
  std::size_t begin = reader.position();
  reader.skip(1);
  gif.frame_x = reader.u16_le();
  gif.frame_y = reader.u16_le();
  gif.frame_width = reader.u16_le();
  gif.frame_height = reader.u16_le();
  std::uint8_t flags = reader.u8();
  gif.interlaced = (flags & kInterlaced) != 0;
  Bytes own_palette = take_palette(reader, flags);
  reader.skip(1);  // the smallest code's width
  if (!reader.ok()) return corrupt("it ends before its first picture");
  if (!own_palette.empty()) gif.palette = own_palette;
  gif.data_bytes = skip_sub_blocks(reader);
  gif.frame_cut_off = !reader.ok();
  gif.frame = file.subspan(begin, reader.position() - begin);
  return check_frame(gif);
}

void skip_frame(ByteReader& reader) {
  reader.skip(9);
  take_palette(reader, reader.u8());
  reader.skip(1);
  skip_sub_blocks(reader);
}

// True: the trailer was there. Whatever is no block counts as the end, as browsers take it.
Result<bool> walk_blocks(Bytes file, ByteReader& reader, GifContainer& gif) {
  std::optional<std::uint8_t> transparent;
  while (reader.ok() && reader.left() > 0) {
    switch (reader.rest().front()) {
      case kPadding: reader.skip(1); break;
      case kExtension:
        reader.skip(1);
        transparent = read_extension(reader, transparent);
        break;
      case kFrame:
        if (++gif.frames == 1) {
          gif.transparent = transparent;
          if (auto read = read_first_frame(file, reader, gif); !read) return read.error();
        } else {
          skip_frame(reader);
        }
        break;
      default: return reader.rest().front() == kTrailer;
    }
  }
  return false;
}

}  // namespace

Result<GifContainer> read_gif_container(Bytes file) {
  ByteReader reader(file);
  GifContainer gif;
  reader.skip(6);
  gif.width = reader.u16_le();
  gif.height = reader.u16_le();
  std::uint8_t flags = reader.u8();
  reader.skip(2);
  gif.palette = take_palette(reader, flags);
  if (!reader.ok()) return corrupt("it ends inside its header");
  gif.start = file.first(reader.position());
  auto complete = walk_blocks(file, reader, gif);
  if (!complete) return complete.error();
  if (gif.frames == 0) return corrupt("it holds no picture");
  gif.cut_off = !*complete;
  return gif;
}

}  // namespace darkroom::imaging
