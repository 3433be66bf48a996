// What both plugins share: the allowance of pixels, and planes copied into an image of libheif.
#include "imaging/heif_library.h"

#include <array>
#include <cstring>
#include <memory>

namespace darkroom::imaging::heif_library {
namespace {

struct Release {
  void operator()(const heif_image* image) const { heif_image_release(image); }
  void operator()(heif_color_profile_nclx* profile) const { heif_nclx_color_profile_free(profile); }
};

struct PlaneSize {
  int width, height, depth;
};

PlaneSize size_of(const Planes& planes, int plane) {
  if (plane == 0) return {planes.width, planes.height, planes.depth.luma};
  bool half_width = planes.chroma == heif_chroma_420 || planes.chroma == heif_chroma_422;
  bool half_height = planes.chroma == heif_chroma_420;
  return {half_width ? (planes.width + 1) / 2 : planes.width, half_height ? (planes.height + 1) / 2 : planes.height, planes.depth.chroma};
}

heif_error copy_plane(const Planes& planes, int plane, heif_image* image) {
  constexpr std::array kChannels = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  heif_channel channel = kChannels[static_cast<std::size_t>(plane)];
  PlaneSize size = size_of(planes, plane);
  heif_error added = heif_image_add_plane(image, channel, size.width, size.height, size.depth);
  if (added.code != heif_error_Ok) return added;
  int stride = 0;
  std::uint8_t* to = heif_image_get_plane(image, channel, &stride);
  if (to == nullptr) return no_memory();
  auto row_bytes = static_cast<std::size_t>(size.width) * (size.depth > 8 ? 2 : 1);
  const std::uint8_t* from = planes.rows[plane];
  if (from == nullptr) return damaged();
  for (int y = 0; y < size.height; ++y, to += stride, from += planes.strides[plane]) std::memcpy(to, from, row_bytes);
  return fine();
}

heif_error tell_colours(const Planes& planes, heif_image* image) {
  std::unique_ptr<heif_color_profile_nclx, Release> profile(heif_nclx_color_profile_alloc());
  if (!profile) return no_memory();
  // A number that libheif does not know is left as it is: not told.
  heif_nclx_color_profile_set_color_primaries(profile.get(), static_cast<std::uint16_t>(planes.primaries));
  heif_nclx_color_profile_set_transfer_characteristics(profile.get(), static_cast<std::uint16_t>(planes.transfer));
  heif_nclx_color_profile_set_matrix_coefficients(profile.get(), static_cast<std::uint16_t>(planes.matrix));
  profile->full_range_flag = planes.full_range ? 1 : 0;
  return heif_image_set_nclx_color_profile(image, profile.get());
}

}  // namespace

heif_error give(const Planes& planes, heif_image** given) {
  bool is_grey = planes.chroma == heif_chroma_monochrome;
  heif_image* created = nullptr;
  heif_error error =
      heif_image_create(planes.width, planes.height, is_grey ? heif_colorspace_monochrome : heif_colorspace_YCbCr, planes.chroma, &created);
  std::unique_ptr<heif_image, Release> image(created);
  for (int plane = 0; plane < (is_grey ? 1 : 3) && error.code == heif_error_Ok; ++plane) error = copy_plane(planes, plane, image.get());
  if (error.code == heif_error_Ok) error = tell_colours(planes, image.get());
  if (error.code == heif_error_Ok) *given = image.release();
  return error;
}

}  // namespace darkroom::imaging::heif_library
