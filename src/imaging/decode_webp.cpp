// WebP by libwebp. A still, opaque, upright photo is decoded straight into the pixels; otherwise the frame is decoded aside and
// its rows are composited and turned on their way. Of an animation the first frame is shown, on a white canvas.
#include "imaging/decoders.h"
#include "imaging/to_rgb.h"
#include "imaging/webp_container.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <webp/decode.h>

namespace darkroom::imaging {
namespace {

struct Frame {
  Bytes bitstream;
  Size size;
  int channels = 3;
  std::uint8_t* to = nullptr;
  int rows = 0;  // that were decoded
};

struct DeleteDecoder {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

std::size_t stride_of(const Frame& frame) {
  return static_cast<std::size_t>(frame.size.width) * static_cast<std::size_t>(frame.channels);
}

WebPDecoderConfig configure(const Frame& frame) {
  WebPDecoderConfig config;
  WebPInitDecoderConfig(&config);
  config.output.colorspace = frame.channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = frame.to;
  config.output.u.RGBA.stride = static_cast<int>(stride_of(frame));
  config.output.u.RGBA.size = stride_of(frame) * static_cast<std::size_t>(frame.size.height);
  return config;
}

// The rows that lie before the cut.
int decode_cut_frame(const Frame& frame) {
  WebPDecoderConfig config = configure(frame);
  std::unique_ptr<WebPIDecoder, DeleteDecoder> decoder(WebPIDecode(nullptr, 0, &config));
  if (!decoder) return 0;
  VP8StatusCode status = WebPIUpdate(decoder.get(), frame.bitstream.data(), frame.bitstream.size());
  int last_row = 0;
  bool shows = (status == VP8_STATUS_OK || status == VP8_STATUS_SUSPENDED) &&
               WebPIDecGetRGB(decoder.get(), &last_row, nullptr, nullptr, nullptr) != nullptr;
  return shows ? std::clamp(last_row, 0, frame.size.height) : 0;
}

Result<void> decode_frame(Frame& frame, bool cut_off) {
  WebPDecoderConfig config = configure(frame);
  VP8StatusCode status = WebPDecode(frame.bitstream.data(), frame.bitstream.size(), &config);
  frame.rows = status == VP8_STATUS_OK ? frame.size.height : 0;
  if (status == VP8_STATUS_OK) return {};
  if (status == VP8_STATUS_OUT_OF_MEMORY) return out_of_memory();
  if (!cut_off) return corrupt_photo("its WebP data cannot be read");
  frame.rows = decode_cut_frame(frame);
  return frame.rows > 0 ? Result<void>() : truncated_photo();
}

// What libwebp will decode, measured by libwebp: nothing may be written outside the frame that the container promised.
Result<Frame> inspect(const WebpContainer& container) {
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(container.frame.data(), container.frame.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA && container.cut_off) return truncated_photo();
  if (status != VP8_STATUS_OK) return corrupt_photo("its WebP header cannot be read");
  auto width = container.animated ? container.frame_width : container.width;
  auto height = container.animated ? container.frame_height : container.height;
  Frame frame{
      .bitstream = container.frame, .size = {features.width, features.height}, .channels = features.has_alpha != 0 ? 4 : 3};
  bool agrees = frame.size == Size{static_cast<int>(width), static_cast<int>(height)} && features.has_animation == 0;
  if (!agrees) return corrupt_photo("its sizes contradict each other");
  return frame;
}

// One row of the canvas: white around the frame, grey where a cut frame has no pixels.
void compose_row(const Frame& frame, const WebpContainer& container, int y, std::span<std::uint8_t> rgb) {
  std::ranges::fill(rgb, std::uint8_t{255});
  int frame_y = y - static_cast<int>(container.frame_y);
  if (frame_y < 0 || frame_y >= frame.size.height) return;
  std::uint8_t* to = rgb.data() + std::size_t{container.frame_x} * 3;
  auto width = static_cast<std::size_t>(frame.size.width);
  const std::uint8_t* from = frame.to + static_cast<std::size_t>(frame_y) * stride_of(frame);
  if (frame_y >= frame.rows) {
    std::fill_n(to, width * 3, kMissingGrey);
  } else if (frame.channels == 4) {
    over_white(from, to, frame.size.width);
  } else {
    std::copy_n(from, width * 3, to);
  }
}

Result<void> decode_in_place(Frame& frame, bool cut_off, Pixels& pixels) {
  frame.to = pixels.bytes.data();
  if (auto decoded = decode_frame(frame, cut_off); !decoded) return decoded.error();
  std::fill(pixels.row(frame.rows), pixels.row(pixels.height), kMissingGrey);
  return {};
}

Result<void> decode_aside(Frame& frame, const WebpContainer& container, const PhotoHeader& header, Pixels& pixels) {
  std::vector<std::uint8_t> decoded_frame;
  if (auto room = make_room(decoded_frame, stride_of(frame) * static_cast<std::size_t>(frame.size.height)); !room)
    return room.error();
  frame.to = decoded_frame.data();
  if (auto decoded = decode_frame(frame, container.cut_off); !decoded) return decoded.error();
  UprightRows rows(pixels, {header.width, header.height}, header.orientation);
  for (int y = 0; y < header.height; ++y) {
    compose_row(frame, container, y, {rows.row(y), static_cast<std::size_t>(header.width) * 3});
    rows.finish_row(y);
  }
  return {};
}

}  // namespace

Result<void> decode_webp(const DecodeTask& task, DecodedPhoto& photo) {
  const PhotoHeader& header = task.header;
  auto container = read_webp_container(task.file);
  if (!container) return container.error();
  auto frame = inspect(*container);
  if (!frame) return frame.error();
  if (auto room = make_room(photo.pixels, upright({header.width, header.height}, header.orientation)); !room) return room.error();
  bool fills_pixels = !container->animated && frame->channels == 3 && header.orientation == 1;
  auto decoded = fills_pixels ? decode_in_place(*frame, container->cut_off, photo.pixels)
                              : decode_aside(*frame, *container, header, photo.pixels);
  if (!decoded) return decoded.error();
  photo.info.mode = frame->channels == 4 ? "RGBA" : "RGB";
  photo.info.truncated = container->cut_off;
  return {};
}

}  // namespace darkroom::imaging
