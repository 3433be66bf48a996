// The RIFF container of a WebP file: sizes, metadata, and where the first frame lies. Bounded, and shared by header and decoder.
#pragma once

#include "base/result.h"
#include "imaging/byte_reader.h"

namespace darkroom::imaging {

struct WebpContainer {
  std::uint32_t width = 0;  // of the canvas
  std::uint32_t height = 0;
  bool has_alpha = false;
  bool animated = false;
  int frames = 1;
  int orientation = 1;
  bool cut_off = false;

  // The first frame of an animation on its canvas. `frame` starts at its ALPH, "VP8 " or VP8L chunk, as libwebp takes it; for a
  // still picture it is the whole file.
  Bytes frame;
  std::uint32_t frame_x = 0;
  std::uint32_t frame_y = 0;
  std::uint32_t frame_width = 0;
  std::uint32_t frame_height = 0;
};

// `file` starts with RIFF....WEBP. Error: corrupt.
Result<WebpContainer> read_webp_container(Bytes file);

}  // namespace darkroom::imaging
