// A GIF header is its container's: the screen is held against the limits, and the first frame against what its data can hold.
#include "imaging/gif_container.h"
#include "imaging/header_formats.h"
#include "imaging/proofs.h"

namespace darkroom::imaging {

Result<PhotoHeader> read_gif_header(Bytes file, const domain::PhotoLimits& limits) {
  auto gif = read_gif_container(file);
  if (!gif) return gif.error();
  if (auto fine = check_size(gif->width, gif->height, limits); !fine) return fine.error();
  if (auto fine = prove_gif(std::uint64_t{gif->frame_width} * gif->frame_height, gif->data_bytes); !fine) return fine.error();
  return PhotoHeader{.format = Format::gif,
                     .width = static_cast<int>(gif->width),
                     .height = static_cast<int>(gif->height),
                     .mode = "P",
                     .frames = gif->frames,
                     .cut_off = gif->cut_off};
}

}  // namespace darkroom::imaging
