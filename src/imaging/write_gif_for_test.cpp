// GIF files by hand, so that every field may lie; their LZW is the real one, with growing codes and a table that is cleared when it is full.
#include "imaging/photos_for_test.h"

#include <algorithm>
#include <map>

namespace darkroom::imaging::testing {
namespace {

constexpr int kSmallestCode = 8;
constexpr int kClear = 1 << kSmallestCode;
constexpr int kEnd = kClear + 1;

class CodeWriter {
 public:
  void put(int code, int width) {
    bits_ |= static_cast<std::uint32_t>(code) << count_;
    for (count_ += width; count_ >= 8; count_ -= 8, bits_ >>= 8) bytes_.push_back(static_cast<std::uint8_t>(bits_));
  }
  Buffer finish() {
    if (count_ > 0) bytes_.push_back(static_cast<std::uint8_t>(bits_));
    return bytes_;
  }

 private:
  std::uint32_t bits_ = 0;
  int count_ = 0;
  Buffer bytes_;
};

Buffer compress(const Buffer& indices) {
  CodeWriter writer;
  std::map<std::pair<int, std::uint8_t>, int> table;
  int next = kEnd + 1, width = kSmallestCode + 1, prefix = -1;
  writer.put(kClear, width);
  for (std::uint8_t index : indices) {
    if (prefix < 0) {
      prefix = index;
      continue;
    }
    if (auto known = table.find({prefix, index}); known != table.end()) {
      prefix = known->second;
      continue;
    }
    writer.put(prefix, width);
    table[{prefix, index}] = next;
    if (next == 1 << width && width < 12) ++width;
    if (++next == 4096) {
      writer.put(kClear, width);
      table.clear();
      next = kEnd + 1, width = kSmallestCode + 1;
    }
    prefix = index;
  }
  if (prefix >= 0) writer.put(prefix, width);
  if (next == 1 << width && width < 12) ++width;
  writer.put(kEnd, width);
  return writer.finish();
}

Buffer u16(int value) { return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)}; }

int palette_bits(const std::vector<Colour>& palette) {
  int bits = 0;
  while (std::size_t{2} << bits < palette.size()) ++bits;
  return bits;
}

Buffer palette_bytes(const std::vector<Colour>& palette) {
  Buffer bytes;
  for (const Colour& colour : palette) bytes.insert(bytes.end(), colour.begin(), colour.end());
  bytes.resize(palette.empty() ? 0 : std::size_t{6} << palette_bits(palette));
  return bytes;
}

Buffer interlace(const GifFrame& frame) {
  Buffer rows;
  for (auto [first, step] : {std::pair{0, 8}, {4, 8}, {2, 4}, {1, 2}}) {
    for (int y = first; y < frame.height; y += step) {
      auto begin = frame.indices.begin() + y * frame.width;
      rows.insert(rows.end(), begin, begin + frame.width);
    }
  }
  return rows;
}

}  // namespace

Buffer gif_frame(const GifFrame& frame) {
  Buffer block;
  if (frame.transparent >= 0) block = {0x21, 0xF9, 4, 1, 0, 0, static_cast<std::uint8_t>(frame.transparent), 0};
  int flags = (frame.palette.empty() ? 0 : 0x80 | palette_bits(frame.palette)) | (frame.interlaced ? 0x40 : 0);
  block = block + Buffer{0x2C} + u16(frame.x) + u16(frame.y) + u16(frame.width) + u16(frame.height) + Buffer{static_cast<std::uint8_t>(flags)} +
          palette_bytes(frame.palette) + Buffer{kSmallestCode};
  Buffer data = compress(frame.interlaced ? interlace(frame) : frame.indices);
  for (std::size_t at = 0; at < data.size(); at += 255) {
    std::size_t length = std::min<std::size_t>(255, data.size() - at);
    block.push_back(static_cast<std::uint8_t>(length));
    block.insert(block.end(), data.begin() + static_cast<std::ptrdiff_t>(at), data.begin() + static_cast<std::ptrdiff_t>(at + length));
  }
  block.push_back(0);
  return block;
}

Buffer gif_start(int width, int height, const std::vector<Colour>& palette) {
  int flags = palette.empty() ? 0 : 0x80 | palette_bits(palette);
  return bytes_of("GIF89a") + u16(width) + u16(height) + Buffer{static_cast<std::uint8_t>(flags), 0, 0} + palette_bytes(palette);
}

Buffer write_gif(int width, int height, const std::vector<Colour>& palette, const std::vector<GifFrame>& frames) {
  Buffer file = gif_start(width, height, palette);
  for (const GifFrame& frame : frames) file = file + gif_frame(frame);
  file.push_back(0x3B);
  return file;
}

}  // namespace darkroom::imaging::testing
