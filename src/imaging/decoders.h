// The decoders behind decode(), one for each format, and what they share. Each fills `photo.pixels` upright and adds to
// `photo.info` what only a decoder knows (mode, scans, truncated, ...); the rest of it is filled before.
#pragma once

#include "base/result.h"
#include "imaging/byte_reader.h"
#include "imaging/decode.h"
#include "imaging/header.h"
#include "imaging/orient.h"

#include <string_view>

namespace darkroom::imaging {

struct DecodeTask {
  Bytes file;
  const PhotoHeader& header;
  const DecodeRequest& request;
};

// Errors: corrupt, truncated (nothing could be decoded before the cut), memory_limit, unsupported_format.
Result<void> decode_jpeg(const DecodeTask& task, DecodedPhoto& photo);
Result<void> decode_png(const DecodeTask& task, DecodedPhoto& photo);
Result<void> decode_webp(const DecodeTask& task, DecodedPhoto& photo);
Result<void> decode_gif(const DecodeTask& task, DecodedPhoto& photo);
// HEIC and AVIF, by the module that open_heif_module() has opened.
Result<void> decode_heif(const DecodeTask& task, DecodedPhoto& photo);

// Sets the size and makes room; bytes that were there before stay, so that pages touched once are used again. Error:
// memory_limit.
Result<void> make_room(Pixels& pixels, Size size);
// The same for a scratch buffer.
Result<void> make_room(std::vector<std::uint8_t>& bytes, std::size_t count);

// What stands where a cut-off photo has no pixels.
constexpr std::uint8_t kMissingGrey = 128;
void fill_missing(Pixels& pixels);

Error corrupt_photo(std::string_view detail);
Error out_of_memory();

}  // namespace darkroom::imaging
