// The order of a decode: header and limits first, then the format's decoder, then the rule on cut-off photos.
#include "imaging/decode.h"

#include "domain/error_codes.h"
#include "imaging/decoders.h"
#include "imaging/orient.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace darkroom::imaging {
namespace {

namespace code = domain::code;

// A vector can only throw when memory is short; a limit on memory is an expected outcome here.
bool has_memory_for(std::size_t count) {
  void* probe = ::operator new(count, std::nothrow);
  ::operator delete(probe);
  return probe != nullptr;
}

Result<void> decode_format(const DecodeTask& task, DecodedPhoto& photo) {
  switch (task.header.format) {
    case Format::jpeg: return decode_jpeg(task, photo);
    case Format::png: return decode_png(task, photo);
    case Format::webp: return decode_webp(task, photo);
    case Format::gif: return decode_gif(task, photo);
    case Format::heic:
    case Format::avif: return decode_heif(task, photo);
  }
  return corrupt_photo("unknown format");
}

}  // namespace

Result<DecodedPhoto> decode(std::span<const std::uint8_t> file, const DecodeRequest& request, std::vector<std::uint8_t> buffer) {
  auto header = read_header(file, request.limits);
  if (!header) return header.error();
  DecodedPhoto photo;
  photo.pixels.bytes = std::move(buffer);
  photo.info = describe(*header);
  photo.info.truncated = false;  // from here on the decoder's to say
  auto decoded = decode_format({file, *header, request}, photo);
  if (!decoded) return decoded.error();
  if (photo.info.truncated && request.limits.refuse_truncated) return truncated_photo();
  return photo;
}

Result<void> make_room(std::vector<std::uint8_t>& bytes, std::size_t count) {
  if (bytes.size() >= count) return {};
  if (bytes.capacity() < count) {
    bytes = {};
    if (!has_memory_for(count)) return out_of_memory();
  }
  bytes.resize(count);
  return {};
}

Result<void> make_room(Pixels& pixels, Size size) {
  pixels.width = size.width;
  pixels.height = size.height;
  return make_room(pixels.bytes, static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3);
}

void fill_missing(Pixels& pixels) { std::fill(pixels.row(0), pixels.row(pixels.height), kMissingGrey); }

Error corrupt_photo(std::string_view detail) {
  return Error{std::string(code::corrupt), "The photo is damaged and cannot be decoded (" + std::string(detail) + ")."};
}

Error out_of_memory() {
  return Error{std::string(code::memory_limit), "Decoding the photo needs more memory than is allowed. Send a smaller picture."};
}

}  // namespace darkroom::imaging
