// Inside libdarkroom_heif.so: libheif reads the container, and decoders of our own stand behind it, since its built-in ones start threads,
// for which the sandbox kills. A process has one thread and decodes one photo at a time.
#pragma once

#include "imaging/decoders.h"

#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

#include <cstdint>
#include <optional>

namespace darkroom::imaging::heif_library {

// Makes our decoders known to libheif. False: the installed libheif does not take them.
bool open();

// Fills `photo`, as decode_heif().
Result<void> decode(const DecodeTask& task, DecodedPhoto& photo);

// HEVC by libde265 and AV1 by dav1d, both in the caller's thread.
extern const heif_decoder_plugin kHevcPlugin;
extern const heif_decoder_plugin kAv1Plugin;
inline constexpr int kPriority = 10'000;  // of a plugin; libheif's own have 100 and less

// How many pixels the coded pictures of one photo may still have, together: a grid may name thousands of tiles, and a coded picture may be
// larger than the container says.
std::uint64_t pixels_left();
bool take_pixels(std::int64_t width, std::int64_t height);  // false: there are fewer

struct CodedSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

// `parameter_set`: a NAL unit of HEVC, of type 33. Nothing: it is damaged.
std::optional<CodedSize> coded_size(Bytes parameter_set);

struct Depth {
  int luma = 8;
  int chroma = 8;
};

// A picture in planes, for a plugin to hand to libheif.
struct Planes {
  int width = 0;
  int height = 0;
  heif_chroma chroma = heif_chroma_420;
  Depth depth;
  const std::uint8_t* rows[3] = {};
  std::ptrdiff_t strides[3] = {};  // bytes
  int primaries = 2;  // colours as in ITU-T H.273; 2: not told
  int transfer = 2;
  int matrix = 2;
  bool full_range = false;
};

heif_error give(const Planes& planes, heif_image** image);

inline heif_error fine() { return {heif_error_Ok, heif_suberror_Unspecified, "fine"}; }
inline heif_error damaged() { return {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, "its coded picture is damaged"}; }
inline heif_error no_memory() { return {heif_error_Memory_allocation_error, heif_suberror_Unspecified, "out of memory"}; }
inline heif_error too_many_pixels() {
  return {heif_error_Decoder_plugin_error, heif_suberror_Security_limit_exceeded, "its coded pictures are larger than its header says"};
}

}  // namespace darkroom::imaging::heif_library
