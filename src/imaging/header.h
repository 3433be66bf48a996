// What a file is and how large, read from its first structures with bounded code of our own: no decoder runs here.
// Used at upload, in the server, and again inside the runner before anything is decoded.
#pragma once

#include "base/result.h"
#include "domain/outcome.h"
#include "domain/photo_limits.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace darkroom::imaging {

enum class Format { jpeg, png, webp, gif, heic, avif };

// "JPEG", "PNG", "WEBP", "GIF", "HEIC", "AVIF": the words of image_info.
std::string_view to_string(Format format);
std::string_view mime_type(Format format);

struct PhotoHeader {
  Format format = Format::jpeg;
  int width = 0;  // as stored in the file, before orientation; of HEIC and AVIF after the turns and the crop that the file orders
  int height = 0;
  int orientation = 1;  // EXIF 1..8; anything else in the file counts as 1, and so does all that HEIC and AVIF say
  int bit_depth = 8;    // per channel
  int channels = 3;     // as stored; 3 for a palette
  std::string_view mode = "";  // as Pillow names it, where depth and channels alone do not tell
  bool progressive = false;
  int frames = 1;        // of an animation; only the first is decoded
  bool cut_off = false;  // all but JPEG: the file ends before its own lengths or its end mark say. For JPEG only the decoder knows.
};

// `file` is the whole file. Errors: empty_file, unsupported_format (names what the file is, where it is known),
// too_large, too_many_pixels, incomplete (the arithmetic proofs: Huffman JPEG needs a bit for each 8x8 block of each component,
// deflate expands at most 1032 : 1, a GIF's LZW 2731 : 1), corrupt (no usable size in the header, or more JPEG scans than allowed).
Result<PhotoHeader> read_header(std::span<const std::uint8_t> file, const domain::PhotoLimits& limits);

// What the header alone tells of the photo: sizes upright and as stored, the mode in Pillow's words. Scans and scale are the decoder's to say.
domain::ImageInfo describe(const PhotoHeader& header);

// What a decoder would tell of the whole photo: also how many scans a JPEG has, and whether its end is there. Reads a JPEG to its end.
domain::ImageInfo describe_whole(std::span<const std::uint8_t> file, const PhotoHeader& header);

// The refusal of a photo that is cut off, where limits.refuse_truncated.
Error truncated_photo();

}  // namespace darkroom::imaging
