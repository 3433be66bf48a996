// The size of a coded picture out of its sequence parameter set (ITU-T H.265, 7.3.2.2 and 7.3.3), read before libde265 makes room for it.
#include "imaging/heif_library.h"

#include <algorithm>
#include <vector>

namespace darkroom::imaging::heif_library {
namespace {

constexpr std::size_t kMostBytes = 256;  // the size stands within the first hundred or so
constexpr int kProfileBits = 88;
constexpr int kLevelBits = 8;

// The bits of a unit without the third byte of every 00 00 03, which keeps start codes out of it. Reads as zero beyond the end.
class Bits {
 public:
  explicit Bits(Bytes unit) {
    int zeros = 0;
    for (std::uint8_t byte : unit.first(std::min(unit.size(), kMostBytes))) {
      bool is_stuffed = zeros >= 2 && byte == 3;
      zeros = byte == 0 ? zeros + 1 : 0;
      if (!is_stuffed) bytes_.push_back(byte);
    }
  }

  bool ok() const { return at_ <= bytes_.size() * 8; }
  void skip(int count) { at_ += static_cast<std::size_t>(count); }

  std::uint32_t take(int count) {
    std::uint32_t value = 0;
    for (; count > 0; --count, ++at_) value = value << 1 | (at_ / 8 < bytes_.size() ? bytes_[at_ / 8] >> (7 - at_ % 8) & 1U : 0U);
    return value;
  }

  // Exp-Golomb; no number of a valid set has more than 31 bits.
  std::uint32_t take_golomb() {
    int zeros = 0;
    while (take(1) == 0) {
      if (++zeros > 31 || !ok()) return 0;
    }
    return (1U << zeros) - 1 + take(zeros);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

void skip_profile_and_levels(Bits& bits, std::uint32_t more_layers) {
  bits.skip(kProfileBits + kLevelBits);
  int to_skip = 0;
  for (std::uint32_t layer = 0; layer < more_layers; ++layer) {
    if (bits.take(1) != 0) to_skip += kProfileBits;
    if (bits.take(1) != 0) to_skip += kLevelBits;
  }
  if (more_layers > 0) bits.skip(2 * static_cast<int>(8 - more_layers));
  bits.skip(to_skip);
}

}  // namespace

std::optional<CodedSize> coded_size(Bytes parameter_set) {
  Bits bits(parameter_set);
  bits.skip(16 + 4);  // the unit's header, the number of the video parameter set
  std::uint32_t more_layers = bits.take(3);
  bits.skip(1);
  skip_profile_and_levels(bits, more_layers);
  bits.take_golomb();
  if (bits.take_golomb() == 3) bits.skip(1);
  CodedSize size{bits.take_golomb(), bits.take_golomb()};
  if (!bits.ok() || size.width == 0 || size.height == 0) return std::nullopt;
  return size;
}

}  // namespace darkroom::imaging::heif_library
