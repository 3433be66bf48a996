// JPEG by libjpeg-turbo, whose errors leave by longjmp: every call that may fail runs inside attempt(), and the step that it runs keeps no object
// with a destructor alive. Whatever owns memory lives in encode_jpeg().
#include "domain/error_codes.h"
#include "imaging/render.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>

#include <jerror.h>

namespace darkroom::imaging {
namespace {

struct JpegTarget {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  std::jmp_buf failed{};
  bool out_of_memory = false;
  char message[JMSG_LENGTH_MAX] = {};

  const Pixels* pixels = nullptr;
  int quality = 0;
  unsigned char* bytes = nullptr;  // by malloc
  unsigned long size = 0;
};

[[noreturn]] void leave(j_common_ptr encoder) {
  auto& target = *static_cast<JpegTarget*>(encoder->client_data);
  target.out_of_memory = encoder->err->msg_code == JERR_OUT_OF_MEMORY;
  encoder->err->format_message(encoder, target.message);
  std::longjmp(target.failed, 1);
}

void ignore_output(j_common_ptr) {}

bool attempt(JpegTarget& target, void (*step)(JpegTarget&)) {
  if (setjmp(target.failed) != 0) return false;
  step(target);
  return true;
}

void set_up(JpegTarget& target) {
  jpeg_compress_struct& encoder = target.encoder;
  jpeg_create_compress(&encoder);
  encoder.client_data = &target;
  jpeg_mem_dest(&encoder, &target.bytes, &target.size);
  encoder.image_width = static_cast<JDIMENSION>(target.pixels->width);
  encoder.image_height = static_cast<JDIMENSION>(target.pixels->height);
  encoder.input_components = 3;
  encoder.in_color_space = JCS_RGB;
  jpeg_set_defaults(&encoder);  // baseline, 4:2:0
  jpeg_set_quality(&encoder, target.quality, TRUE);
}

void write_rows(JpegTarget& target) {
  set_up(target);
  jpeg_start_compress(&target.encoder, TRUE);
  while (target.encoder.next_scanline < target.encoder.image_height) {
    auto* row = const_cast<JSAMPROW>(target.pixels->row(static_cast<int>(target.encoder.next_scanline)));
    jpeg_write_scanlines(&target.encoder, &row, 1);
  }
  jpeg_finish_compress(&target.encoder);
}

struct Destroy {
  void operator()(JpegTarget* target) const {
    jpeg_destroy_compress(&target->encoder);
    std::free(target->bytes);
    delete target;
  }
};

Error why(const JpegTarget& target) {
  if (target.out_of_memory)
    return Error{std::string(domain::code::memory_limit), "Making a picture of the photo needs more memory than is allowed."};
  return Error{std::string(domain::code::internal), std::string("A picture of the photo could not be made (") + target.message + ")."};
}

}  // namespace

Result<std::string> encode_jpeg(const Pixels& pixels, int quality) {
  std::unique_ptr<JpegTarget, Destroy> target(new JpegTarget);
  target->encoder.err = jpeg_std_error(&target->errors);
  target->encoder.client_data = target.get();
  target->errors.error_exit = leave;
  target->errors.output_message = ignore_output;
  target->pixels = &pixels;
  target->quality = std::clamp(quality, 1, 100);
  if (!attempt(*target, write_rows)) return why(*target);
  return std::string(reinterpret_cast<const char*>(target->bytes), target->size);
}

}  // namespace darkroom::imaging
