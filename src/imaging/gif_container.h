// The blocks of a GIF file: sizes, palette, how many frames, and where the first one lies. Bounded, and shared by header and decoder.
#pragma once

#include "base/result.h"
#include "imaging/byte_reader.h"

#include <optional>

namespace darkroom::imaging {

struct GifContainer {
  std::uint32_t width = 0;  // of the logical screen
  std::uint32_t height = 0;
  int frames = 0;
  bool cut_off = false;  // the file ends before its trailer

  // The first frame on its screen. Together, `start` and `frame` are a file of one frame.
  Bytes start;    // signature, screen and global palette
  Bytes frame;    // from the image descriptor to its last data block
  Bytes palette;  // R G B of each colour: the frame's own or the global one
  std::optional<std::uint8_t> transparent;
  std::uint32_t frame_x = 0;
  std::uint32_t frame_y = 0;
  std::uint32_t frame_width = 0;
  std::uint32_t frame_height = 0;
  bool interlaced = false;
  std::uint64_t data_bytes = 0;  // of LZW
  bool frame_cut_off = false;
};

// `file` starts with GIF87a or GIF89a. Error: corrupt.
Result<GifContainer> read_gif_container(Bytes file);

}  // namespace darkroom::imaging
