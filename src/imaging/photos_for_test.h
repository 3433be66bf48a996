// Pictures and files for the tests of this folder, made by the encoders of the same libraries and, where a file must lie, by
// hand.
#pragma once

#include "imaging/byte_reader.h"
#include "imaging/decode.h"
#include "imaging/pixels.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::imaging::testing {

using Buffer = std::vector<std::uint8_t>;
using Colour = std::array<std::uint8_t, 3>;

constexpr Colour kRed = {255, 0, 0};
constexpr Colour kGreen = {0, 255, 0};
constexpr Colour kBlue = {0, 0, 255};
constexpr Colour kWhite = {255, 255, 255};

// Smooth in all channels, so that lossy codecs stay close to it.
Pixels make_gradient(int width, int height);
// The gradient with noise (by a fixed seed), so that files have a photo's size.
Pixels make_noisy(int width, int height);
// Quarters: red top left, green top right, blue bottom left, white bottom right.
Pixels make_quarters(int width, int height);
Pixels make_flat(int width, int height, Colour colour);

Colour colour_at(const Pixels& pixels, int x, int y);
// The largest difference of any channel of any pixel; 256 when the sizes differ.
int largest_difference(const Pixels& a, const Pixels& b);
double mean_difference(const Pixels& a, const Pixels& b);

// TIFF header and one directory with the given orientations; `order` is 'I' or 'M'.
Buffer make_exif(std::vector<int> orientations, char order = 'I');

struct JpegOptions {
  int quality = 95;
  bool progressive = false;
  bool grey = false;
  bool arithmetic = false;
  bool one_component_a_scan = false;
  bool stored_as_rgb = false;  // by Adobe's marker
  int horizontal_sampling = 2;
  int vertical_sampling = 2;
  int restart_interval = 0;
  Buffer exif;              // without "Exif\0\0"
  int filler_segments = 0;  // APP2 of 64 KB each, before the frame header
};
Buffer write_jpeg(const Pixels& pixels, const JpegOptions& options = {});
// `ink` holds C M Y K for each pixel, 255: full. With `adobe` they are stored inverted, with Adobe's marker; `ycck` transforms
// them.
enum class CmykKind { adobe, adobe_ycck, plain };
Buffer write_cmyk_jpeg(int width, int height, const Buffer& ink, CmykKind kind);
// A progressive photo whose last scan is there `scans` times more.
Buffer write_scan_bomb(int width, int height, int scans);
// Offset of the frame header's marker (FF Cn).
std::size_t find_jpeg_frame(const Buffer& jpeg);

struct PngOptions {
  int colour_type = 2;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
  int depth = 8;
  bool interlaced = false;
  std::vector<Colour> palette;
  Buffer palette_alpha;                    // tRNS of a palette
  std::vector<std::uint16_t> transparent;  // tRNS of grey (1 value) or RGB (3 values)
  Buffer exif;
};
// `samples`: every channel of every pixel, in the range of the depth.
Buffer write_png(int width, int height, const std::vector<std::uint16_t>& samples, const PngOptions& options = {});
Buffer write_png(const Pixels& pixels, const PngOptions& options = {});
Buffer png_chunk(std::string_view type, const Buffer& data);
// Signature and IHDR with these values, then what the caller appends.
Buffer png_start(std::uint32_t width, std::uint32_t height, int depth, int colour_type, int interlace = 0);

enum class WebpKind { lossy, lossless };
Buffer write_webp(const Pixels& pixels, WebpKind kind = WebpKind::lossy);
Buffer write_webp_rgba(int width, int height, const Buffer& rgba, WebpKind kind);
Buffer webp_chunk(std::string_view type, const Buffer& data);
// RIFF header around chunks.
Buffer webp_file(const Buffer& chunks);
Buffer webp_features(int width, int height, int flags);  // a VP8X chunk; flags: 0x10 alpha, 0x08 EXIF, 0x02 animation
Buffer webp_frame(int x, int y, int width, int height, const Buffer& simple_file);  // an ANMF chunk
Buffer chunks_of(const Buffer& simple_file);                                        // without the RIFF header

struct GifFrame {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  Buffer indices;               // of each pixel
  std::vector<Colour> palette;  // its own; empty: the global one
  bool interlaced = false;
  int transparent = -1;
};
// A block with its control extension, image descriptor and LZW data.
Buffer gif_frame(const GifFrame& frame);
// Signature, screen and global palette; its size is brought up to a power of two.
Buffer gif_start(int width, int height, const std::vector<Colour>& palette);
// With the trailer.
Buffer write_gif(int width, int height, const std::vector<Colour>& palette, const std::vector<GifFrame>& frames);

Buffer operator+(Buffer a, const Buffer& b);
Buffer bytes_of(std::string_view text);
Buffer cut(const Buffer& file, std::size_t length);
void put_u16(Buffer& file, std::size_t offset, int value);  // big-endian

// What is decoded of it; fails the test when nothing is.
DecodedPhoto decoded(const Buffer& file, const DecodeRequest& request = {});

// A real photo of photos/ in DARKROOM_SHARED_DIR, see support/shared_files.h; empty when it is absent.
Buffer read_shared_photo(std::string_view name);

}  // namespace darkroom::imaging::testing
