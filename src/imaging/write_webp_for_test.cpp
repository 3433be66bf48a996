// WebP files for the tests: pictures by libwebp's encoder, containers by hand.
#include "imaging/photos_for_test.h"

#include <webp/encode.h>

namespace darkroom::imaging::testing {
namespace {

Buffer little_endian(std::uint32_t value, int size) {
  Buffer bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return bytes;
}

Buffer take(std::uint8_t* memory, std::size_t size) {
  Buffer file(memory, memory + size);
  WebPFree(memory);
  return file;
}

}  // namespace

Buffer write_webp(const Pixels& pixels, WebpKind kind) {
  std::uint8_t* memory = nullptr;
  std::size_t size = kind == WebpKind::lossy
                         ? WebPEncodeRGB(pixels.bytes.data(), pixels.width, pixels.height, pixels.width * 3, 95, &memory)
                         : WebPEncodeLosslessRGB(pixels.bytes.data(), pixels.width, pixels.height, pixels.width * 3, &memory);
  return take(memory, size);
}

Buffer write_webp_rgba(int width, int height, const Buffer& rgba, WebpKind kind) {
  std::uint8_t* memory = nullptr;
  std::size_t size = kind == WebpKind::lossy ? WebPEncodeRGBA(rgba.data(), width, height, width * 4, 95, &memory)
                                             : WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &memory);
  return take(memory, size);
}

Buffer webp_chunk(std::string_view type, const Buffer& data) {
  Buffer chunk = bytes_of(type) + little_endian(static_cast<std::uint32_t>(data.size()), 4) + data;
  if (data.size() % 2 == 1) chunk.push_back(0);
  return chunk;
}

Buffer webp_file(const Buffer& chunks) {
  return bytes_of("RIFF") + little_endian(static_cast<std::uint32_t>(chunks.size() + 4), 4) + bytes_of("WEBP") + chunks;
}

Buffer webp_features(int width, int height, int flags) {
  return webp_chunk("VP8X", Buffer{static_cast<std::uint8_t>(flags), 0, 0, 0} +
                                little_endian(static_cast<std::uint32_t>(width - 1), 3) +
                                little_endian(static_cast<std::uint32_t>(height - 1), 3));
}

Buffer webp_frame(int x, int y, int width, int height, const Buffer& simple_file) {
  Buffer place = little_endian(static_cast<std::uint32_t>(x / 2), 3) + little_endian(static_cast<std::uint32_t>(y / 2), 3) +
                 little_endian(static_cast<std::uint32_t>(width - 1), 3) +
                 little_endian(static_cast<std::uint32_t>(height - 1), 3);
  return webp_chunk("ANMF", place + little_endian(100, 3) + Buffer{0} + chunks_of(simple_file));
}

Buffer chunks_of(const Buffer& simple_file) { return {simple_file.begin() + 12, simple_file.end()}; }

}  // namespace darkroom::imaging::testing
