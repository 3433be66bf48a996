// HEVC by libde265 without worker threads: decoding then happens inside de265_decode(). libheif pushes NAL units, each behind its length in
// four bytes.
#include "imaging/byte_reader.h"
#include "imaging/heif_library.h"

#include <libde265/de265.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <optional>

namespace darkroom::imaging::heif_library {
namespace {

constexpr std::array kChromas = {heif_chroma_monochrome, heif_chroma_420, heif_chroma_422, heif_chroma_444};

// Types of NAL units, ITU-T H.265, table 7-1.
constexpr int kFirstOtherType = 32;  // below: slices of a picture; the first bit of their header says whether they start one
constexpr int kSequenceParameters = 33;

struct Free {
  void operator()(de265_decoder_context* context) const { de265_free_decoder(context); }
};

// Warnings that say nothing about the pixels; after any other the picture is not what was coded.
bool is_harmless(de265_error warning) {
  std::initializer_list<de265_error> harmless = {DE265_OK, DE265_WARNING_NO_WPP_CANNOT_USE_MULTITHREADING, DE265_WARNING_WARNING_BUFFER_FULL,
                                                 DE265_WARNING_NUMBER_OF_THREADS_LIMITED_TO_MAXIMUM, DE265_WARNING_SPS_MISSING_CANNOT_DECODE_SEI};
  return std::ranges::find(harmless, warning) != harmless.end();
}

bool has_bad_warning(de265_decoder_context* context) {
  bool is_bad = false;
  while (de265_error warning = de265_get_warning(context)) is_bad = is_bad || !is_harmless(warning);
  return is_bad;
}

struct Decoder {
  std::unique_ptr<de265_decoder_context, Free> context{de265_new_decoder()};
  int pictures = 0;
};

heif_error new_decoder(void** decoder) {
  auto made = std::make_unique<Decoder>();
  if (!made->context) return no_memory();
  *decoder = made.release();
  return fine();
}

void free_decoder(void* decoder) { delete static_cast<Decoder*>(decoder); }

// What is decoded is one picture, as large as may still be: an item holds no more, and libde265 would make room for each.
heif_error push_unit(Decoder& decoder, Bytes unit) {
  if (unit.size() < 3) return damaged();
  int type = unit[0] >> 1 & 0x3F;
  bool starts_picture = type < kFirstOtherType && (unit[2] & 0x80) != 0;
  if (starts_picture) ++decoder.pictures;
  if (decoder.pictures > 1) return fine();
  if (type == kSequenceParameters) {
    std::optional<CodedSize> size = coded_size(unit);
    if (!size) return damaged();
    if (!take_pixels(size->width, size->height)) return too_many_pixels();
  }
  de265_error pushed = de265_push_NAL(decoder.context.get(), unit.data(), static_cast<int>(unit.size()), 0, nullptr);
  return pushed == DE265_OK ? fine() : damaged();
}

heif_error push_data(void* decoder, const void* data, std::size_t size) {
  ByteReader reader({static_cast<const std::uint8_t*>(data), size});
  while (reader.left() > 0) {
    std::uint32_t length = reader.u32_be();
    Bytes unit = reader.take(length);
    if (!reader.ok()) return damaged();
    heif_error pushed = push_unit(*static_cast<Decoder*>(decoder), unit);
    if (pushed.code != heif_error_Ok) return pushed;
  }
  return fine();
}

heif_error give_picture(const de265_image* picture, heif_image** image) {
  Planes planes;
  planes.width = de265_get_image_width(picture, 0);
  planes.height = de265_get_image_height(picture, 0);
  planes.chroma = kChromas.at(static_cast<std::size_t>(de265_get_chroma_format(picture)));
  planes.depth.luma = de265_get_bits_per_pixel(picture, 0);
  planes.depth.chroma = de265_get_bits_per_pixel(picture, 1);
  bool is_grey = planes.chroma == heif_chroma_monochrome;
  for (int plane = 0; plane < (is_grey ? 1 : 3); ++plane) {
    int stride = 0;
    planes.rows[plane] = de265_get_image_plane(picture, plane, &stride);
    planes.strides[plane] = stride;
  }
  // The container gave the size of the coded picture, and every plane has to cover its part of it.
  bool has_chroma = is_grey || de265_get_image_width(picture, 1) >= (planes.chroma == heif_chroma_444 ? planes.width : (planes.width + 1) / 2);
  bool has_rows = is_grey || de265_get_image_height(picture, 1) >= (planes.chroma == heif_chroma_420 ? (planes.height + 1) / 2 : planes.height);
  if (planes.width <= 0 || planes.height <= 0 || !has_chroma || !has_rows) return damaged();
  planes.primaries = de265_get_image_colour_primaries(picture);
  planes.transfer = de265_get_image_transfer_characteristics(picture);
  planes.matrix = de265_get_image_matrix_coefficients(picture);
  planes.full_range = de265_get_image_full_range_flag(picture) != 0;
  return give(planes, image);
}

// Every turn takes units from those that were pushed, so that there is an end to them.
heif_error decode_image(void* decoder, heif_image** image) {
  de265_decoder_context* context = static_cast<Decoder*>(decoder)->context.get();
  if (de265_flush_data(context) != DE265_OK) return damaged();
  const de265_image* picture = nullptr;
  for (int more = 1; more != 0 && picture == nullptr;) {
    de265_error decoded = de265_decode(context, &more);
    if (decoded == DE265_ERROR_OUT_OF_MEMORY) return no_memory();
    if (!de265_isOK(decoded) && decoded != DE265_ERROR_IMAGE_BUFFER_FULL) return damaged();
    picture = de265_peek_next_picture(context);
  }
  if (picture == nullptr || has_bad_warning(context)) return damaged();
  return give_picture(picture, image);
}

}  // namespace

const heif_decoder_plugin kHevcPlugin = {
    .plugin_api_version = 3,
    .get_plugin_name = [] { return "Darkroom's HEVC"; },
    .init_plugin = [] { de265_init(); },  // its tables, before the first photo
    .deinit_plugin = nullptr,
    .does_support_format = [](heif_compression_format format) { return format == heif_compression_HEVC ? kPriority : 0; },
    .new_decoder = new_decoder,
    .free_decoder = free_decoder,
    .push_data = push_data,
    .decode_image = decode_image,
    .set_strict_decoding = [](void*, int) {},
    .id_name = "darkroom-hevc",
};

}  // namespace darkroom::imaging::heif_library
