// The arithmetic behind the refusals; every product fits 64 bits because sides fit 32.
#include "imaging/proofs.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace darkroom::imaging {
namespace {

namespace code = domain::code;

constexpr std::uint64_t kDeflateRatio = 1032;
constexpr std::uint64_t kGifRatio = 2731;

std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

std::string megapixels(std::uint64_t pixels) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(pixels) / 1e6);
  return text.data();
}

Error incomplete(std::uint64_t found, std::uint64_t needed) {
  return Error{std::string(code::incomplete), "The file cannot be complete: it has " + std::to_string(found) +
                                                  " bytes of picture data, and its header claims a picture that takes at least " +
                                                  std::to_string(needed) + ". Send the whole file."};
}

std::uint64_t png_pass_bytes(std::uint64_t width, std::uint64_t height, std::uint64_t bits_per_pixel) {
  if (width == 0 || height == 0) return 0;
  return height * (1 + divide_up(width * bits_per_pixel, 8));
}

struct Adam7Pass {
  int x, y, step_x, step_y;
};
constexpr std::array<Adam7Pass, 7> kAdam7 = {
    {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};

std::uint64_t samples_of_pass(int size, int first, int step) {
  return size > first ? divide_up(static_cast<std::uint64_t>(size - first), static_cast<std::uint64_t>(step)) : 0;
}

}  // namespace

Result<void> check_size(std::uint64_t width, std::uint64_t height, const domain::PhotoLimits& limits) {
  if (width == 0 || height == 0) {
    return Error{std::string(code::corrupt), "The header gives no usable size (" + std::to_string(width) + " x " +
                                                 std::to_string(height) + " pixels); the file is damaged."};
  }
  auto most_side = static_cast<std::uint64_t>(std::max(limits.max_side, 0));
  auto most_pixels = static_cast<std::uint64_t>(std::max<std::int64_t>(limits.max_pixels, 0));
  bool fits = width <= most_side && height <= most_side && width <= most_pixels / height;
  if (fits) return {};
  return Error{std::string(code::too_many_pixels), "The photo is " + std::to_string(width) + " x " + std::to_string(height) +
                                                       " pixels (" + megapixels(width * height) + " megapixels); at most " +
                                                       std::to_string(most_side) + " a side and " + megapixels(most_pixels) +
                                                       " megapixels are allowed. Send a smaller picture."};
}

std::uint64_t count_jpeg_blocks(int width, int height, std::span<const Sampling> components) {
  Sampling largest;
  for (const Sampling& component : components) {
    largest.horizontal = std::max(largest.horizontal, component.horizontal);
    largest.vertical = std::max(largest.vertical, component.vertical);
  }
  std::uint64_t blocks = 0;
  for (const Sampling& component : components) {
    auto across = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(component.horizontal);
    auto down = static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(component.vertical);
    blocks += divide_up(divide_up(across, static_cast<std::uint64_t>(largest.horizontal)), 8) *
              divide_up(divide_up(down, static_cast<std::uint64_t>(largest.vertical)), 8);
  }
  return blocks;
}

Result<void> prove_jpeg(std::uint64_t blocks, std::uint64_t file_bytes) {
  if (blocks <= 8 * file_bytes) return {};
  return incomplete(file_bytes, divide_up(blocks, 8));
}

std::uint64_t count_png_bytes(int width, int height, int bits_per_pixel, bool interlaced) {
  auto bits = static_cast<std::uint64_t>(bits_per_pixel);
  if (!interlaced) return png_pass_bytes(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), bits);
  std::uint64_t sum = 0;
  for (const Adam7Pass& pass : kAdam7) {
    sum += png_pass_bytes(samples_of_pass(width, pass.x, pass.step_x), samples_of_pass(height, pass.y, pass.step_y), bits);
  }
  return sum;
}

Result<void> prove_png(std::uint64_t raw_bytes, std::uint64_t deflated_bytes) {
  if (raw_bytes <= kDeflateRatio * deflated_bytes) return {};
  return incomplete(deflated_bytes, divide_up(raw_bytes, kDeflateRatio));
}

Result<void> prove_gif(std::uint64_t pixels, std::uint64_t data_bytes) {
  if (pixels <= kGifRatio * data_bytes) return {};
  return incomplete(data_bytes, divide_up(pixels, kGifRatio));
}

}  // namespace darkroom::imaging
