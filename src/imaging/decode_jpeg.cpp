// JPEG by libjpeg-turbo. Its errors leave by longjmp: every call that may fail runs inside attempt(), the only function with a
// setjmp, and the steps that it runs keep no object with a destructor alive. Whatever owns memory lives in decode_jpeg().
#include "domain/error_codes.h"
#include "imaging/decoders.h"
#include "imaging/to_rgb.h"

#include <csetjmp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

namespace darkroom::imaging {
namespace {

// For the coefficients of progressive files: 64 megapixels in full colour take 384 MB.
constexpr long kMostWorkingMemory = 400'000'000;
constexpr int kEndOfImage = 0xD9;
constexpr int kFirstRestart = 0xD0;

struct JpegFile {
  jpeg_decompress_struct decoder{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf failed{};
  int max_scans = 0;
  bool too_many_scans = false;
  bool hit_end = false;  // the file ended before its picture or its end marker
  bool out_of_memory = false;
  char message[JMSG_LENGTH_MAX] = {};

  Bytes bytes;
  int scale_denominator = 1;
  UprightRows* rows = nullptr;
  std::uint8_t* cmyk_row = nullptr;  // null unless the file is CMYK
};

JpegFile& file_of(j_common_ptr decoder) { return *static_cast<JpegFile*>(decoder->client_data); }

[[noreturn]] void leave(j_common_ptr decoder) {
  JpegFile& file = file_of(decoder);
  int number = decoder->err->msg_code;
  file.out_of_memory = number == JERR_OUT_OF_MEMORY || number == JERR_NO_BACKING_STORE;
  decoder->err->format_message(decoder, file.message);
  std::longjmp(file.failed, 1);
}

void note_warning(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  JpegFile& file = file_of(decoder);
  int number = decoder->err->msg_code;
  // An end marker before the last block is an end all the same: the header claims more rows than there are.
  bool ends_early = number == JWRN_HIT_MARKER && file.decoder.unread_marker == kEndOfImage;
  if (number == JWRN_JPEG_EOF || ends_early) file.hit_end = true;
}

void ignore_output(j_common_ptr) {}

// Every scan costs a pass over the whole picture, however few bytes it has.
void count_scans(j_common_ptr decoder) {
  JpegFile& file = file_of(decoder);
  if (file.decoder.input_scan_number <= file.max_scans) return;
  file.too_many_scans = true;
  leave(decoder);
}

bool attempt(JpegFile& file, void (*step)(JpegFile&)) {
  if (setjmp(file.failed) != 0) return false;
  step(file);
  return true;
}

void open_file(JpegFile& file) {
  jpeg_create_decompress(&file.decoder);
  file.decoder.client_data = &file;
  file.decoder.progress = &file.progress;
  file.decoder.mem->max_memory_to_use = kMostWorkingMemory;
  jpeg_mem_src(&file.decoder, file.bytes.data(), file.bytes.size());
  jpeg_read_header(&file.decoder, TRUE);
  bool is_cmyk = file.decoder.num_components == 4;
  file.decoder.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
}

void start(JpegFile& file) {
  file.decoder.scale_num = 1;
  file.decoder.scale_denom = static_cast<unsigned>(file.scale_denominator);
  jpeg_start_decompress(&file.decoder);
}

void read_rows(JpegFile& file) {
  auto width = static_cast<int>(file.decoder.output_width);
  while (file.decoder.output_scanline < file.decoder.output_height) {
    auto y = static_cast<int>(file.decoder.output_scanline);
    std::uint8_t* rgb = file.rows->row(y);
    JSAMPROW row = file.cmyk_row == nullptr ? rgb : file.cmyk_row;
    jpeg_read_scanlines(&file.decoder, &row, 1);
    if (file.cmyk_row != nullptr) cmyk_to_rgb(file.cmyk_row, rgb, width, file.decoder.saw_Adobe_marker != 0);
    file.rows->finish_row(y);
  }
}

// Reads on to the end marker, which is how a cut in the last bytes shows.
void read_to_end(JpegFile& file) { jpeg_finish_decompress(&file.decoder); }

Error why(const JpegFile& file) {
  if (file.out_of_memory) return out_of_memory();
  if (file.too_many_scans) return corrupt_photo("it has more scans than the limit of " + std::to_string(file.max_scans));
  if (file.hit_end) return truncated_photo();
  return corrupt_photo(file.message);
}

Size scaled_down(Size size, int denominator) {
  return {(size.width + denominator - 1) / denominator, (size.height + denominator - 1) / denominator};
}

int choose_denominator(Size full, const DecodeRequest& request) {
  if (request.cover_width <= 0 || request.cover_height <= 0) return 1;
  for (int denominator : {8, 4, 2}) {
    Size scaled = scaled_down(full, denominator);
    if (scaled.width >= request.cover_width && scaled.height >= request.cover_height) return denominator;
  }
  return 1;
}

std::string mode_of(const jpeg_decompress_struct& decoder) {
  return decoder.num_components == 1 ? "L" : decoder.num_components == 4 ? "CMYK" : "RGB";
}

struct Destroy {
  void operator()(JpegFile* file) const {
    jpeg_destroy_decompress(&file->decoder);
    delete file;
  }
};

std::unique_ptr<JpegFile, Destroy> make_file(const DecodeTask& task) {
  std::unique_ptr<JpegFile, Destroy> file(new JpegFile);
  file->bytes = task.file;
  file->max_scans = task.request.limits.max_jpeg_scans;
  file->decoder.err = jpeg_std_error(&file->errors);
  file->decoder.client_data = file.get();
  file->errors.error_exit = leave;
  file->errors.emit_message = note_warning;
  file->errors.output_message = ignore_output;
  file->progress.progress_monitor = count_scans;
  return file;
}

Result<void> decode_rows(JpegFile& file, const DecodeTask& task, DecodedPhoto& photo) {
  Size full = upright({task.header.width, task.header.height}, task.header.orientation);
  file.scale_denominator = choose_denominator(full, task.request);
  if (!attempt(file, start)) return why(file);
  Size stored = {static_cast<int>(file.decoder.output_width), static_cast<int>(file.decoder.output_height)};
  if (auto room = make_room(photo.pixels, upright(stored, task.header.orientation)); !room) return room.error();
  auto beyond = [&](int scaled, int side) { return scaled - static_cast<double>(side) / file.scale_denominator; };
  photo.pixels.overhang =
      upright_overhang(beyond(stored.width, task.header.width), beyond(stored.height, task.header.height), task.header.orientation);
  std::vector<std::uint8_t> cmyk_row(file.decoder.out_color_components == 4 ? static_cast<std::size_t>(stored.width) * 4 : 0);
  UprightRows rows(photo.pixels, stored, task.header.orientation);
  file.rows = &rows;
  file.cmyk_row = cmyk_row.empty() ? nullptr : cmyk_row.data();
  if (!attempt(file, read_rows)) return why(file);
  return {};
}

// Without the marker segment that the file ends in: tables or a scan header between the scans of a progressive file. Entropy-coded data has no such
// marker. Empty: there is none.
Bytes without_last_segment(Bytes file) {
  for (std::size_t at = file.size() < 2 ? 0 : file.size() - 2; at > 2; --at) {
    std::uint8_t marker = file[at + 1];
    if (file[at] == 0xFF && marker >= 0xC0 && marker != 0xFF && (marker < kFirstRestart || marker > kEndOfImage)) return file.first(at);
  }
  return {};
}

Result<void> decode_file(const DecodeTask& task, DecodedPhoto& photo) {
  auto file = make_file(task);
  if (!attempt(*file, open_file)) return why(*file);
  // Limits were checked on our own reading of the header: the decoder must have understood the same.
  bool agrees = static_cast<int>(file->decoder.image_width) == task.header.width &&
                static_cast<int>(file->decoder.image_height) == task.header.height &&
                file->decoder.num_components == task.header.channels;
  if (!agrees) return corrupt_photo("its headers contradict each other");
  if (auto decoded = decode_rows(*file, task, photo); !decoded) return decoded.error();
  photo.info.scans = file->decoder.input_scan_number;
  // All pixels are there: what is wrong behind them, other than a missing end, is of no interest.
  attempt(*file, read_to_end);
  photo.info.mode = mode_of(file->decoder);
  photo.info.scale_denominator = file->scale_denominator;
  photo.info.truncated = file->hit_end;
  return {};
}

}  // namespace

Result<void> decode_jpeg(const DecodeTask& task, DecodedPhoto& photo) {
  Result<void> decoded = decode_file(task, photo);
  if (decoded || decoded.error().code != domain::code::truncated) return decoded;
  // A cut inside tables is an error to libjpeg, although the scans before them hold the whole picture.
  Bytes shorter = without_last_segment(task.file);
  if (shorter.empty() || !decode_file({shorter, task.header, task.request}, photo)) return decoded;
  photo.info.truncated = true;
  return {};
}

}  // namespace darkroom::imaging
