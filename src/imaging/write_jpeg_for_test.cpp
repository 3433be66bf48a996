// JPEG files for the tests, by libjpeg's encoder.
#include "imaging/photos_for_test.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include <jpeglib.h>

namespace darkroom::imaging::testing {
namespace {

Buffer compress(const std::function<void(jpeg_compress_struct&)>& write) {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &memory, &size);
  write(encoder);
  jpeg_finish_compress(&encoder);
  Buffer file(memory, memory + size);
  std::free(memory);
  jpeg_destroy_compress(&encoder);
  return file;
}

void write_rows(jpeg_compress_struct& encoder, const std::uint8_t* rows) {
  auto stride = static_cast<std::size_t>(encoder.image_width) * static_cast<std::size_t>(encoder.input_components);
  while (encoder.next_scanline < encoder.image_height) {
    auto* row = const_cast<JSAMPROW>(rows + encoder.next_scanline * stride);
    jpeg_write_scanlines(&encoder, &row, 1);
  }
}

void describe(jpeg_compress_struct& encoder, int width, int height, int components, J_COLOR_SPACE space) {
  encoder.image_width = static_cast<JDIMENSION>(width);
  encoder.image_height = static_cast<JDIMENSION>(height);
  encoder.input_components = components;
  encoder.in_color_space = space;
  jpeg_set_defaults(&encoder);
}

void write_markers(jpeg_compress_struct& encoder, const JpegOptions& options) {
  Buffer filler(65'000, 0x55);
  for (int i = 0; i < options.filler_segments; ++i) {
    jpeg_write_marker(&encoder, JPEG_APP0 + 2, filler.data(), static_cast<unsigned>(filler.size()));
  }
  if (options.exif.empty()) return;
  Buffer segment = Buffer{'E', 'x', 'i', 'f', 0, 0} + options.exif;
  jpeg_write_marker(&encoder, JPEG_APP0 + 1, segment.data(), static_cast<unsigned>(segment.size()));
}

}  // namespace

Buffer write_jpeg(const Pixels& pixels, const JpegOptions& options) {
  std::array<jpeg_scan_info, 3> scans{{{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}}};
  return compress([&](jpeg_compress_struct& encoder) {
    describe(encoder, pixels.width, pixels.height, 3, JCS_RGB);
    if (options.grey) jpeg_set_colorspace(&encoder, JCS_GRAYSCALE);
    if (options.stored_as_rgb) jpeg_set_colorspace(&encoder, JCS_RGB);
    jpeg_set_quality(&encoder, options.quality, TRUE);
    encoder.comp_info[0].h_samp_factor = options.grey ? 1 : options.horizontal_sampling;
    encoder.comp_info[0].v_samp_factor = options.grey ? 1 : options.vertical_sampling;
    encoder.restart_interval = static_cast<unsigned>(options.restart_interval);
    encoder.arith_code = options.arithmetic ? TRUE : FALSE;
    if (options.one_component_a_scan) {
      encoder.scan_info = scans.data();
      encoder.num_scans = static_cast<int>(scans.size());
    }
    if (options.progressive) jpeg_simple_progression(&encoder);
    jpeg_start_compress(&encoder, TRUE);
    write_markers(encoder, options);
    write_rows(encoder, pixels.bytes.data());
  });
}

Buffer write_cmyk_jpeg(int width, int height, const Buffer& ink, CmykKind kind) {
  Buffer stored = ink;
  if (kind != CmykKind::plain)
    std::ranges::transform(stored, stored.begin(), [](std::uint8_t value) { return static_cast<std::uint8_t>(255 - value); });
  return compress([&](jpeg_compress_struct& encoder) {
    describe(encoder, width, height, 4, JCS_CMYK);
    jpeg_set_colorspace(&encoder, kind == CmykKind::adobe_ycck ? JCS_YCCK : JCS_CMYK);
    jpeg_set_quality(&encoder, 95, TRUE);
    for (int i = 0; i < 4; ++i) encoder.comp_info[i].h_samp_factor = encoder.comp_info[i].v_samp_factor = 1;
    encoder.write_Adobe_marker = kind == CmykKind::plain ? FALSE : TRUE;
    jpeg_start_compress(&encoder, TRUE);
    write_rows(encoder, stored.data());
  });
}

Buffer write_scan_bomb(int width, int height, int scans) {
  // One scan of DC values, one of the first AC values: of a flat picture the second is a few bytes.
  std::array<jpeg_scan_info, 2> script{{{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}}};
  Pixels flat = make_flat(width, height, {128, 128, 128});
  Buffer file = compress([&](jpeg_compress_struct& encoder) {
    describe(encoder, width, height, 3, JCS_RGB);
    jpeg_set_colorspace(&encoder, JCS_GRAYSCALE);
    encoder.scan_info = script.data();
    encoder.num_scans = static_cast<int>(script.size());
    jpeg_start_compress(&encoder, TRUE);
    write_rows(encoder, flat.bytes.data());
  });
  constexpr std::array<std::uint8_t, 2> kScan = {0xFF, 0xDA};
  auto last = std::find_end(file.begin(), file.end(), kScan.begin(), kScan.end());
  Buffer scan(last, file.end() - 2);
  file.resize(file.size() - 2);
  for (int i = 0; i < scans; ++i) file.insert(file.end(), scan.begin(), scan.end());
  return file + Buffer{0xFF, 0xD9};
}

std::size_t find_jpeg_frame(const Buffer& jpeg) {
  std::size_t at = 2;
  while (at + 4 < jpeg.size()) {
    std::uint8_t marker = jpeg[at + 1];
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) return at;
    at += 2 + (static_cast<std::size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3]);
  }
  return 0;
}

}  // namespace darkroom::imaging::testing
