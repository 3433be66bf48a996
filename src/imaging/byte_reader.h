// Reads numbers from untrusted bytes. The first read past the end latches: from then on everything reads as zero and ok() is
// false, so that a parser reads on and asks once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace darkroom::imaging {

using Bytes = std::span<const std::uint8_t>;

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16_be() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32_be() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint16_t u16_le() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u24_le() { return static_cast<std::uint32_t>(little_endian(3)); }
  std::uint32_t u32_le() { return static_cast<std::uint32_t>(little_endian(4)); }

  // The next `count` bytes; empty when there are fewer.
  Bytes take(std::uint64_t count) {
    if (count > left()) return fail();
    Bytes taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  // Like take(), but gives what is there when the file is cut; ok() is false then.
  Bytes take_available(std::uint64_t count) {
    if (count <= left()) return take(count);
    Bytes rest = bytes_.subspan(position_);
    fail();
    return rest;
  }

  void skip(std::uint64_t count) { take(count); }
  Bytes rest() const { return bytes_.subspan(position_); }

 private:
  Bytes fail() {
    ok_ = false;
    position_ = bytes_.size();
    return {};
  }

  std::uint64_t big_endian(int count) {
    std::uint64_t value = 0;
    for (std::uint8_t byte : take(static_cast<std::uint64_t>(count))) value = value << 8 | byte;
    return value;
  }

  std::uint64_t little_endian(int count) {
    std::uint64_t value = 0;
    int shift = 0;
    for (std::uint8_t byte : take(static_cast<std::uint64_t>(count))) {
      value |= static_cast<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace darkroom::imaging
