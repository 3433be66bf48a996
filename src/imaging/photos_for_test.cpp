// Pictures, EXIF blocks and byte work that the encoders beside this file share.
#include "imaging/photos_for_test.h"

#include "support/shared_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

namespace darkroom::imaging::testing {

Pixels make_flat(int width, int height, Colour colour) {
  Pixels pixels{.width = width, .height = height, .bytes = {}};
  for (int i = 0; i < width * height; ++i) pixels.bytes.insert(pixels.bytes.end(), colour.begin(), colour.end());
  return pixels;
}

Pixels make_gradient(int width, int height) {
  Pixels pixels = make_flat(width, height, {});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = pixels.row(y) + x * 3;
      pixel[0] = static_cast<std::uint8_t>(20 + 200 * x / width);
      pixel[1] = static_cast<std::uint8_t>(20 + 200 * y / height);
      pixel[2] = static_cast<std::uint8_t>(220 - 100 * x / width - 100 * y / height);
    }
  }
  return pixels;
}

Pixels make_noisy(int width, int height) {
  Pixels pixels = make_gradient(width, height);
  std::minstd_rand random(7);
  for (std::uint8_t& byte : pixels.bytes) byte = static_cast<std::uint8_t>(byte - 10 + static_cast<int>(random() >> 8) % 21);
  return pixels;
}

Pixels make_quarters(int width, int height) {
  Pixels pixels = make_flat(width, height, {});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      bool right = x >= width / 2;
      const Colour& colour = y < height / 2 ? (right ? kGreen : kRed) : (right ? kWhite : kBlue);
      std::copy_n(colour.begin(), 3, pixels.row(y) + x * 3);
    }
  }
  return pixels;
}

Colour colour_at(const Pixels& pixels, int x, int y) {
  const std::uint8_t* pixel = pixels.row(y) + x * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

int largest_difference(const Pixels& a, const Pixels& b) {
  if (a.width != b.width || a.height != b.height) return 256;
  int largest = 0;
  for (int i = 0; i < a.width * a.height * 3; ++i) {
    auto at = static_cast<std::size_t>(i);
    largest = std::max(largest, std::abs(a.bytes[at] - b.bytes[at]));
  }
  return largest;
}

double mean_difference(const Pixels& a, const Pixels& b) {
  if (a.width != b.width || a.height != b.height) return 256;
  double sum = 0;
  int count = a.width * a.height * 3;
  for (int i = 0; i < count; ++i) sum += std::abs(a.bytes[static_cast<std::size_t>(i)] - b.bytes[static_cast<std::size_t>(i)]);
  return sum / count;
}

Buffer make_exif(std::vector<int> orientations, char order) {
  Buffer exif = {static_cast<std::uint8_t>(order), static_cast<std::uint8_t>(order)};
  auto put = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) exif.push_back(static_cast<std::uint8_t>(value >> 8 * (order == 'I' ? i : size - 1 - i)));
  };
  put(42, 2);
  put(8, 4);
  put(static_cast<std::uint32_t>(orientations.size() + 1), 2);
  put(0x0100, 2), put(4, 2), put(1, 4), put(1234, 4);  // another tag first
  for (int orientation : orientations)
    put(0x0112, 2), put(3, 2), put(1, 4), put(static_cast<std::uint32_t>(orientation), 2), put(0, 2);
  put(0, 4);
  return exif;
}

Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Buffer bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Buffer cut(const Buffer& file, std::size_t length) { return {file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)}; }

void put_u16(Buffer& file, std::size_t offset, int value) {
  file.at(offset) = static_cast<std::uint8_t>(value >> 8);
  file.at(offset + 1) = static_cast<std::uint8_t>(value);
}

DecodedPhoto decoded(const Buffer& file, const DecodeRequest& request) {
  auto photo = decode(file, request);
  EXPECT_TRUE(photo) << photo.error().code << ": " << photo.error().message;
  return photo ? *std::move(photo) : DecodedPhoto{};
}

Buffer read_shared_photo(std::string_view name) {
  std::ifstream file(test::shared_file("photos/" + std::string(name)), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace darkroom::imaging::testing
