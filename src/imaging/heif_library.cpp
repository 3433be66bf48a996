// The order of a decode by libheif: limits, the container, the main picture as RGB with its crop and turns applied, its rows over white.
#include "imaging/heif_library.h"

#include "domain/error_codes.h"
#include "domain/printable.h"
#include "imaging/to_rgb.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace darkroom::imaging::heif_library {
namespace {

// A grid's tiles reach over its edges, and transparency is a picture of its own.
constexpr std::uint64_t kMostOverLimit = 4;

std::uint64_t allowance = 0;

struct Free {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(const heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(const heif_image* image) const { heif_image_release(image); }
  void operator()(heif_decoding_options* options) const { heif_decoding_options_free(options); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error explain(const heif_error& error, const DecodeTask& task) {
  std::string why = domain::printable(error.message == nullptr ? "" : error.message, 200);
  // Its own limits, as on the number of items, are beyond what a photo needs, and are told as a lack of memory.
  bool is_absurd = error.subcode == heif_suberror_Security_limit_exceeded;
  if (error.code == heif_error_Memory_allocation_error && !is_absurd) return out_of_memory();
  if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype) {
    return Error{std::string(domain::code::unsupported_format),
                 "The photo uses a part of HEIC or AVIF that is not supported (" + why + "). Save it as JPEG."};
  }
  return task.header.cut_off ? truncated_photo() : corrupt_photo(why);
}

heif_error read_primary(const DecodeTask& task, heif_context* context, Owned<heif_image_handle>& handle) {
  heif_context_set_max_decoding_threads(context, 0);
  heif_context_set_maximum_image_size_limit(context, task.request.limits.max_side);
  heif_error error = heif_context_read_from_memory_without_copy(context, task.file.data(), task.file.size(), nullptr);
  if (error.code != heif_error_Ok) return error;
  heif_image_handle* found = nullptr;
  error = heif_context_get_primary_image_handle(context, &found);
  handle.reset(found);
  return error;
}

heif_error decode_primary(const heif_image_handle* handle, bool has_alpha, Owned<heif_image>& image) {
  Owned<heif_decoding_options> options(heif_decoding_options_alloc());
  if (!options) return no_memory();
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  heif_chroma chroma = has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  heif_error error = heif_decode_image(handle, &decoded, heif_colorspace_RGB, chroma, options.get());
  image.reset(decoded);
  return error;
}

// Of premultiplied colours, over white.
void add_white(const std::uint8_t* rgba, std::uint8_t* rgb, int pixels) {
  for (int i = 0; i < pixels; ++i, rgba += 4, rgb += 3) {
    for (int channel = 0; channel < 3; ++channel) rgb[channel] = static_cast<std::uint8_t>(std::min(255, rgba[channel] + 255 - rgba[3]));
  }
}

// The header was held against the limits; a crop may be rounded either way.
bool is_as_promised(const DecodeTask& task, Size size) {
  return size.width > 0 && size.height > 0 && std::abs(size.width - task.header.width) <= 1 && std::abs(size.height - task.header.height) <= 1;
}

Result<void> copy_rows(heif_image* image, bool has_alpha, DecodedPhoto& photo) {
  int stride = 0;
  const std::uint8_t* from = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
  Pixels& pixels = photo.pixels;
  if (from == nullptr || stride < pixels.width * (has_alpha ? 4 : 3)) return corrupt_photo("it has no pixels");
  bool is_premultiplied = heif_image_is_premultiplied_alpha(image) != 0;
  for (int y = 0; y < pixels.height; ++y, from += stride) {
    if (!has_alpha) {
      std::memcpy(pixels.row(y), from, static_cast<std::size_t>(pixels.width) * 3);
    } else if (is_premultiplied) {
      add_white(from, pixels.row(y), pixels.width);
    } else {
      over_white(from, pixels.row(y), pixels.width);
    }
  }
  return {};
}

void describe(const heif_image_handle* handle, const DecodeTask& task, bool has_alpha, DecodedPhoto& photo) {
  photo.info.width = photo.info.raw_width = photo.pixels.width;
  photo.info.height = photo.info.raw_height = photo.pixels.height;
  photo.info.mode = has_alpha ? "RGBA" : task.header.channels == 1 ? "L" : "RGB";
  int depth = heif_image_handle_get_luma_bits_per_pixel(handle);
  if (depth >= 8 && depth <= 16) photo.info.bit_depth = depth;
  photo.info.truncated = task.header.cut_off;
}

}  // namespace

std::uint64_t pixels_left() { return allowance; }

bool take_pixels(std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0) return true;  // the decoder refuses it
  std::uint64_t pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  bool fits = pixels <= allowance;
  allowance = fits ? allowance - pixels : 0;
  return fits;
}

bool open() {
  heif_init(nullptr);
  return heif_register_decoder_plugin(&kHevcPlugin).code == heif_error_Ok && heif_register_decoder_plugin(&kAv1Plugin).code == heif_error_Ok;
}

Result<void> decode(const DecodeTask& task, DecodedPhoto& photo) {
  allowance = kMostOverLimit * static_cast<std::uint64_t>(std::max<std::int64_t>(task.request.limits.max_pixels, 0));
  Owned<heif_context> context(heif_context_alloc());
  if (!context) return out_of_memory();
  Owned<heif_image_handle> handle;
  if (heif_error error = read_primary(task, context.get(), handle); error.code != heif_error_Ok) return explain(error, task);
  bool has_alpha = heif_image_handle_has_alpha_channel(handle.get()) != 0;
  Owned<heif_image> image;
  if (heif_error error = decode_primary(handle.get(), has_alpha, image); error.code != heif_error_Ok) return explain(error, task);
  Size size{heif_image_get_width(image.get(), heif_channel_interleaved), heif_image_get_height(image.get(), heif_channel_interleaved)};
  if (!is_as_promised(task, size)) return corrupt_photo("its sizes contradict each other");
  if (auto room = make_room(photo.pixels, size); !room) return room.error();
  if (auto copied = copy_rows(image.get(), has_alpha, photo); !copied) return copied.error();
  describe(handle.get(), task, has_alpha, photo);
  return {};
}

}  // namespace darkroom::imaging::heif_library
