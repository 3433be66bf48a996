// The readers behind read_header(), one for each format. Each is given a file that starts with its magic bytes.
#pragma once

#include "base/result.h"
#include "domain/photo_limits.h"
#include "imaging/byte_reader.h"
#include "imaging/header.h"

namespace darkroom::imaging {

// Errors: as read_header().
Result<PhotoHeader> read_jpeg_header(Bytes file, const domain::PhotoLimits& limits);
struct JpegEnd {
  int scans = 0;
  bool is_there = false;  // the marker that ends the picture
};
JpegEnd find_jpeg_end(Bytes file);
Result<PhotoHeader> read_png_header(Bytes file, const domain::PhotoLimits& limits);
Result<PhotoHeader> read_webp_header(Bytes file, const domain::PhotoLimits& limits);
Result<PhotoHeader> read_gif_header(Bytes file, const domain::PhotoLimits& limits);
// HEIC and AVIF; `format` is what the file's brands say.
Result<PhotoHeader> read_heif_header(Bytes file, Format format, const domain::PhotoLimits& limits);

}  // namespace darkroom::imaging
