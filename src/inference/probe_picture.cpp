#include "inference/probe_picture.h"

#include <random>

namespace darkroom::inference {
namespace {

constexpr int kBlock = 32;  // pixels
constexpr int kGrey = 128;

}  // namespace

imaging::Pixels probe_picture(int width, int height) {
  imaging::Pixels picture;
  picture.width = width;
  picture.height = height;
  picture.bytes.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::mt19937 random(7);
  std::size_t place = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      unsigned block = static_cast<unsigned>(y / kBlock) * 2654435761U + static_cast<unsigned>(x / kBlock) * 40503U;
      for (unsigned channel = 0; channel < 3; ++channel) {
        unsigned colour = (block >> (4 * channel)) & 0xFFU;
        unsigned noise = random() & 0x3FU;
        // A block in four is plain grey.
        picture.bytes[place++] = static_cast<std::uint8_t>(block % 4 == 0 ? kGrey : (colour * 3 + noise * 4) / 4);
      }
    }
  }
  return picture;
}

imaging::Pixels plain_picture(int number, int width, int height) {
  imaging::Pixels picture{.width = width, .height = height, .bytes = {}};
  picture.bytes.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (std::size_t place = 0; place < picture.bytes.size(); ++place) picture.bytes[place] = (number >> (place % 3)) & 1 ? 255 : 0;
  return picture;
}

}  // namespace darkroom::inference
