// PNG by libpng, which turns every colour type and depth into 8-bit RGB or RGBA; alpha goes over white. Errors leave by longjmp:
// every call that may fail runs inside attempt(), and the steps that it runs keep no object with a destructor alive.
//
// A cut-off file is fed in single bytes, so that every row before the cut comes out.
#include "imaging/decoders.h"
#include "imaging/to_rgb.h"

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <png.h>

namespace darkroom::imaging {
namespace {

struct PngFile {
  png_structp decoder = nullptr;
  png_infop info = nullptr;
  Bytes rest;
  bool hit_end = false;
  bool out_of_memory = false;
  char message[128] = {};

  const PhotoHeader* header = nullptr;
  const domain::PhotoLimits* limits = nullptr;
  int channels = 3;     // of the rows that come out
  int passes = 1;
  int rows_read = 0;  // of all passes

  UprightRows* rows = nullptr;
  std::uint8_t* rgba_row = nullptr;  // not null: the picture has alpha
  std::uint8_t* whole = nullptr;     // not null: an interlaced picture, read here in full
};

[[noreturn]] void leave(png_structp decoder, png_const_charp message) {
  auto& file = *static_cast<PngFile*>(png_get_error_ptr(decoder));
  std::strncpy(file.message, message, sizeof file.message - 1);
  png_longjmp(decoder, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp decoder, png_bytep to, png_size_t count) {
  auto& file = *static_cast<PngFile*>(png_get_io_ptr(decoder));
  if (count > file.rest.size()) {
    file.hit_end = true;
    png_error(decoder, "the file ends");
  }
  std::copy_n(file.rest.begin(), count, to);
  file.rest = file.rest.subspan(count);
}

png_voidp allocate(png_structp decoder, png_alloc_size_t count) {
  void* memory = std::malloc(count);
  if (memory == nullptr) static_cast<PngFile*>(png_get_mem_ptr(decoder))->out_of_memory = true;
  return memory;
}

void release(png_structp, png_voidp memory) { std::free(memory); }

bool attempt(PngFile& file, void (*step)(PngFile&)) {
  if (setjmp(png_jmpbuf(file.decoder)) != 0) return false;
  step(file);
  return true;
}

void set_limits(PngFile& file) {
  auto side = static_cast<png_uint_32>(file.limits->max_side);
  png_set_user_limits(file.decoder, side, side);
  png_set_chunk_cache_max(file.decoder, 8);
  // Skipped chunks take no memory, whatever their length; a file has no chunk longer than itself.
  png_set_chunk_malloc_max(file.decoder, static_cast<png_alloc_size_t>(file.limits->max_bytes));
  png_set_keep_unknown_chunks(file.decoder, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_set_crc_action(file.decoder, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  if (file.header->cut_off) png_set_compression_buffer_size(file.decoder, 1);
}

void open_file(PngFile& file) {
  set_limits(file);
  png_set_read_fn(file.decoder, &file, read_bytes);
  png_read_info(file.decoder, file.info);
  png_set_expand(file.decoder);
  png_set_scale_16(file.decoder);
  png_set_gray_to_rgb(file.decoder);
  file.passes = png_set_interlace_handling(file.decoder);
  png_read_update_info(file.decoder, file.info);
  file.channels = png_get_channels(file.decoder, file.info);
}

void read_rows(PngFile& file) {
  for (int y = 0; y < file.header->height; ++y, ++file.rows_read) {
    std::uint8_t* rgb = file.rows->row(y);
    png_read_row(file.decoder, file.rgba_row == nullptr ? rgb : file.rgba_row, nullptr);
    if (file.rgba_row != nullptr) over_white(file.rgba_row, rgb, file.header->width);
    file.rows->finish_row(y);
  }
}

// Each pass fills in its neighbourhood, so that a cut leaves a coarse picture rather than a sparse one.
void read_passes(PngFile& file) {
  auto stride = static_cast<std::size_t>(file.header->width) * static_cast<std::size_t>(file.channels);
  for (int pass = 0; pass < file.passes; ++pass) {
    std::uint8_t* row = file.whole;
    for (int y = 0; y < file.header->height; ++y, ++file.rows_read, row += stride) png_read_row(file.decoder, nullptr, row);
  }
}

// Checks the rest of the last IDAT chunk and that the end is there.
void read_to_end(PngFile& file) { png_read_end(file.decoder, nullptr); }

Error why(const PngFile& file) {
  if (file.out_of_memory) return out_of_memory();
  return file.hit_end ? truncated_photo() : corrupt_photo(file.message);
}

Result<void> read_straight(PngFile& file, DecodedPhoto& photo) {
  std::vector<std::uint8_t> rgba_row(file.channels == 4 ? static_cast<std::size_t>(file.header->width) * 4 : 0);
  UprightRows rows(photo.pixels, {file.header->width, file.header->height}, file.header->orientation);
  file.rows = &rows;
  file.rgba_row = rgba_row.empty() ? nullptr : rgba_row.data();
  bool read = attempt(file, read_rows);
  for (int y = file.rows_read; !read && y < file.header->height; ++y) {
    std::fill_n(rows.row(y), static_cast<std::size_t>(file.header->width) * 3, kMissingGrey);
    rows.finish_row(y);
  }
  return read ? Result<void>() : why(file);
}

Result<void> read_interlaced(PngFile& file, DecodedPhoto& photo) {
  auto stride = static_cast<std::size_t>(file.header->width) * static_cast<std::size_t>(file.channels);
  std::vector<std::uint8_t> whole;
  bool in_place = file.channels == 3 && file.header->orientation == 1;
  if (in_place) {
    file.whole = photo.pixels.bytes.data();
    fill_missing(photo.pixels);
  } else {
    if (auto room = make_room(whole, stride * static_cast<std::size_t>(file.header->height)); !room) return room.error();
    std::ranges::fill(whole, kMissingGrey);
    file.whole = whole.data();
  }
  bool read = attempt(file, read_passes);
  UprightRows rows(photo.pixels, {file.header->width, file.header->height}, file.header->orientation);
  for (int y = 0; !in_place && y < file.header->height; ++y) {
    const std::uint8_t* row = whole.data() + static_cast<std::size_t>(y) * stride;
    if (file.channels == 4) over_white(row, rows.row(y), file.header->width);
    if (file.channels == 3) std::copy_n(row, stride, rows.row(y));
    rows.finish_row(y);
  }
  return read ? Result<void>() : why(file);
}

struct Destroy {
  void operator()(PngFile* file) const {
    png_destroy_read_struct(&file->decoder, &file->info, nullptr);
    delete file;
  }
};

std::unique_ptr<PngFile, Destroy> make_file(const DecodeTask& task) {
  std::unique_ptr<PngFile, Destroy> file(new PngFile);
  file->rest = task.file;
  file->header = &task.header;
  file->limits = &task.request.limits;
  file->decoder =
      png_create_read_struct_2(PNG_LIBPNG_VER_STRING, file.get(), leave, ignore_warning, file.get(), allocate, release);
  if (file->decoder != nullptr) file->info = png_create_info_struct(file->decoder);
  return file;
}

}  // namespace

Result<void> decode_png(const DecodeTask& task, DecodedPhoto& photo) {
  auto file = make_file(task);
  if (file->info == nullptr) return out_of_memory();
  if (!attempt(*file, open_file)) return why(*file);
  // Limits were checked on our own reading of the header: the decoder must have understood the same.
  bool agrees = static_cast<int>(png_get_image_width(file->decoder, file->info)) == task.header.width &&
                static_cast<int>(png_get_image_height(file->decoder, file->info)) == task.header.height;
  if (!agrees || (file->channels != 3 && file->channels != 4)) return corrupt_photo("its headers contradict each other");
  Size turned = upright({task.header.width, task.header.height}, task.header.orientation);
  if (auto room = make_room(photo.pixels, turned); !room) return room.error();
  auto read = file->passes > 1 ? read_interlaced(*file, photo) : read_straight(*file, photo);
  bool has_pixels = file->rows_read > 0 && file->hit_end;
  if (!read && !has_pixels) return read.error();
  if (read && !attempt(*file, read_to_end) && !file->hit_end) return why(*file);
  photo.info.truncated = file->hit_end;
  return {};
}

}  // namespace darkroom::imaging
