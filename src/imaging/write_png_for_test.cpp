// PNG files for the tests: honest ones by libpng's encoder, chunks by hand for the others.
#include "imaging/photos_for_test.h"

#include <algorithm>

#include <png.h>

namespace darkroom::imaging::testing {
namespace {

void append(png_structp encoder, png_bytep bytes, png_size_t count) {
  auto* file = static_cast<Buffer*>(png_get_io_ptr(encoder));
  file->insert(file->end(), bytes, bytes + count);
}

int channels_of(int colour_type) { return colour_type == 6 ? 4 : colour_type == 2 ? 3 : colour_type == 4 ? 2 : 1; }

// Samples to packed rows of `depth` bits.
std::vector<Buffer> pack_rows(int width, int height, const std::vector<std::uint16_t>& samples, const PngOptions& options) {
  auto count = static_cast<std::size_t>(width * channels_of(options.colour_type));
  auto depth = static_cast<std::size_t>(options.depth);
  std::vector<Buffer> rows(static_cast<std::size_t>(height), Buffer((count * depth + 7) / 8));
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t value = samples.at(y * count + i);
      if (depth == 16)
        rows[y][2 * i] = static_cast<std::uint8_t>(value >> 8), rows[y][2 * i + 1] = static_cast<std::uint8_t>(value);
      if (depth < 16) rows[y][i * depth / 8] |= static_cast<std::uint8_t>(value << (8 - depth - i * depth % 8));
    }
  }
  return rows;
}

void set_ancillary(png_structp encoder, png_infop info, const PngOptions& options) {
  if (!options.palette.empty()) {
    std::vector<png_color> palette;
    for (const Colour& colour : options.palette) palette.push_back({colour[0], colour[1], colour[2]});
    png_set_PLTE(encoder, info, palette.data(), static_cast<int>(palette.size()));
  }
  if (!options.palette_alpha.empty()) {
    png_set_tRNS(encoder, info, options.palette_alpha.data(), static_cast<int>(options.palette_alpha.size()), nullptr);
  }
  if (!options.transparent.empty()) {
    png_color_16 colour{};
    colour.gray = colour.red = options.transparent.front();
    colour.green = options.transparent.size() > 1 ? options.transparent[1] : std::uint16_t{0};
    colour.blue = options.transparent.size() > 2 ? options.transparent[2] : std::uint16_t{0};
    png_set_tRNS(encoder, info, nullptr, 0, &colour);
  }
  if (!options.exif.empty()) {
    Buffer exif = options.exif;
    png_set_eXIf_1(encoder, info, static_cast<png_uint_32>(exif.size()), exif.data());
  }
}

std::uint32_t crc32_of(const Buffer& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

Buffer u32_be(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

}  // namespace

Buffer write_png(int width, int height, const std::vector<std::uint16_t>& samples, const PngOptions& options) {
  Buffer file;
  png_structp encoder = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(encoder);
  png_set_write_fn(encoder, &file, append, nullptr);
  png_set_IHDR(encoder, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), options.depth,
               options.colour_type, options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  set_ancillary(encoder, info, options);
  png_write_info(encoder, info);
  std::vector<Buffer> rows = pack_rows(width, height, samples, options);
  std::vector<png_bytep> pointers;
  for (Buffer& row : rows) pointers.push_back(row.data());
  png_write_image(encoder, pointers.data());
  png_write_end(encoder, info);
  png_destroy_write_struct(&encoder, &info);
  return file;
}

Buffer write_png(const Pixels& pixels, const PngOptions& options) {
  std::vector<std::uint16_t> samples(pixels.bytes.begin(), pixels.bytes.end());
  return write_png(pixels.width, pixels.height, samples, options);
}

Buffer png_chunk(std::string_view type, const Buffer& data) {
  Buffer body = bytes_of(type) + data;
  return u32_be(static_cast<std::uint32_t>(data.size())) + body + u32_be(crc32_of(body));
}

Buffer png_start(std::uint32_t width, std::uint32_t height, int depth, int colour_type, int interlace) {
  Buffer header = u32_be(width) + u32_be(height) +
                  Buffer{static_cast<std::uint8_t>(depth), static_cast<std::uint8_t>(colour_type), 0, 0,
                         static_cast<std::uint8_t>(interlace)};
  return Buffer{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'} + png_chunk("IHDR", header);
}

}  // namespace darkroom::imaging::testing
