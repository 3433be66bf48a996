// EXIF is a TIFF file in small: a byte order mark, then directories of 12-byte entries (tag, type, count, value).
#include "imaging/exif.h"

#include <algorithm>
#include <array>

namespace darkroom::imaging {
namespace {

constexpr std::array<std::uint8_t, 6> kPrefix = {'E', 'x', 'i', 'f', 0, 0};
constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShort = 3;
constexpr std::uint16_t kLong = 4;

class TiffReader {
 public:
  TiffReader(Bytes tiff, bool little_endian) : reader_(tiff), little_endian_(little_endian) {}
  std::uint16_t u16() { return little_endian_ ? reader_.u16_le() : reader_.u16_be(); }
  std::uint32_t u32() { return little_endian_ ? reader_.u32_le() : reader_.u32_be(); }
  void skip(std::uint64_t count) { reader_.skip(count); }
  bool ok() const { return reader_.ok(); }

 private:
  ByteReader reader_;
  bool little_endian_;
};

// Reads one entry; 0 when it is another tag or no number.
std::uint32_t orientation_of_entry(TiffReader& reader) {
  std::uint16_t tag = reader.u16();
  std::uint16_t type = reader.u16();
  std::uint32_t count = reader.u32();
  std::uint32_t value = 0;
  if (type == kLong) {
    value = reader.u32();
  } else {
    value = reader.u16();
    reader.skip(2);
  }
  bool is_number = count == 1 && (type == kShort || type == kLong);
  return tag == kOrientationTag && is_number && reader.ok() ? value : 0;
}

}  // namespace

int read_exif_orientation(Bytes exif) {
  if (exif.size() >= kPrefix.size() && std::equal(kPrefix.begin(), kPrefix.end(), exif.begin()))
    exif = exif.subspan(kPrefix.size());
  if (exif.size() < 8 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) return 1;
  TiffReader reader(exif, exif[0] == 'I');
  reader.skip(2);
  if (reader.u16() != 42) return 1;
  std::uint32_t directory = reader.u32();
  if (directory < 8) return 1;
  reader.skip(directory - 8);
  int entries = reader.u16();
  for (int i = 0; i < entries && reader.ok(); ++i) {
    std::uint32_t value = orientation_of_entry(reader);
    if (value != 0) return value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace darkroom::imaging
