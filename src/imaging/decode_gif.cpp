// GIF by giflib, which is given nothing but the screen and the first frame: extensions and later frames never reach it. The frame is shown on a
// white screen; its transparent colour is white, too.
#include "imaging/decoders.h"
#include "imaging/gif_container.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include <gif_lib.h>

namespace darkroom::imaging {
namespace {

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;

struct Input {
  std::array<Bytes, 2> parts;
};

int read_bytes(GifFileType* file, GifByteType* to, int count) {
  auto& input = *static_cast<Input*>(file->UserData);
  std::size_t done = 0;
  for (Bytes& part : input.parts) {
    std::size_t taken = std::min(part.size(), static_cast<std::size_t>(count) - done);
    if (taken > 0) std::memcpy(to + done, part.data(), taken);
    part = part.subspan(taken);
    done += taken;
  }
  return static_cast<int>(done);
}

struct Close {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};
using GifFile = std::unique_ptr<GifFileType, Close>;

// Colours beyond the palette, which damaged data may name, are black.
Palette read_palette(const GifContainer& gif) {
  Palette palette{};
  for (std::size_t i = 0; i < gif.palette.size() / 3 && i < palette.size(); ++i) std::copy_n(gif.palette.data() + 3 * i, 3, palette[i].begin());
  if (gif.transparent) palette[*gif.transparent] = {255, 255, 255};
  return palette;
}

// Rows of the frame in the order of the file.
std::vector<int> row_order(const GifContainer& gif) {
  struct Pass {
    int first, step;
  };
  auto height = static_cast<int>(gif.frame_height);
  std::vector<int> order;
  order.reserve(gif.frame_height);
  auto add = [&](Pass pass) {
    for (int y = pass.first; y < height; y += pass.step) order.push_back(y);
  };
  if (!gif.interlaced) {
    add({0, 1});
    return order;
  }
  for (Pass pass : {Pass{0, 8}, Pass{4, 8}, Pass{2, 4}, Pass{1, 2}}) add(pass);
  return order;
}

Error why(int reason, const GifContainer& gif) {
  if (reason == D_GIF_ERR_NOT_ENOUGH_MEM) return out_of_memory();
  return gif.frame_cut_off ? truncated_photo() : corrupt_photo("its GIF data cannot be read");
}

// Opens the frame, and makes sure that giflib has understood what our own reading was checked for.
Result<GifFile> open_frame(Input& input, const GifContainer& gif) {
  int reason = 0;
  GifFile file(DGifOpen(&input, read_bytes, &reason));
  if (!file) return why(reason, gif);
  GifRecordType record = UNDEFINED_RECORD_TYPE;
  bool opened = DGifGetRecordType(file.get(), &record) == GIF_OK && record == IMAGE_DESC_RECORD_TYPE && DGifGetImageDesc(file.get()) == GIF_OK;
  if (!opened) return why(file->Error, gif);
  bool agrees = file->Image.Width == static_cast<int>(gif.frame_width) && file->Image.Height == static_cast<int>(gif.frame_height);
  if (!agrees) return corrupt_photo("its sizes contradict each other");
  return file;
}

void paint_row(std::span<const std::uint8_t> indices, const Palette& palette, std::uint8_t* to) {
  for (std::uint8_t index : indices) to = std::copy_n(palette[index].begin(), 3, to);
}

// White, and grey where the frame's pixels will be.
void prepare_screen(const GifContainer& gif, Pixels& pixels) {
  std::fill(pixels.row(0), pixels.row(pixels.height), std::uint8_t{255});
  for (std::uint32_t y = 0; y < gif.frame_height; ++y)
    std::fill_n(pixels.row(static_cast<int>(gif.frame_y + y)) + std::size_t{gif.frame_x} * 3, std::size_t{gif.frame_width} * 3, kMissingGrey);
}

Result<void> read_rows(GifFileType& file, const GifContainer& gif, Pixels& pixels) {
  Palette palette = read_palette(gif);
  std::vector<std::uint8_t> indices(gif.frame_width);
  bool any = false;
  for (int y : row_order(gif)) {
    if (DGifGetLine(&file, indices.data(), static_cast<int>(indices.size())) != GIF_OK) {
      if (gif.frame_cut_off && any) return {};
      return why(file.Error, gif);
    }
    paint_row(indices, palette, pixels.row(static_cast<int>(gif.frame_y) + y) + std::size_t{gif.frame_x} * 3);
    any = true;
  }
  return {};
}

}  // namespace

Result<void> decode_gif(const DecodeTask& task, DecodedPhoto& photo) {
  auto gif = read_gif_container(task.file);
  if (!gif) return gif.error();
  Input input{{gif->start, gif->frame}};
  auto file = open_frame(input, *gif);
  if (!file) return file.error();
  if (auto room = make_room(photo.pixels, {task.header.width, task.header.height}); !room) return room.error();
  prepare_screen(*gif, photo.pixels);
  if (auto read = read_rows(**file, *gif, photo.pixels); !read) return read.error();
  photo.info.truncated = gif->cut_off;
  return {};
}

}  // namespace darkroom::imaging
