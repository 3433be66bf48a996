// Walks the marker segments of a JPEG (ITU-T T.81, annex B): the frame header (SOF) may come after megabytes of metadata.
// Counts the scans where a file may have many of them: each scan costs a pass over the whole picture, whatever it holds.
#include "domain/error_codes.h"
#include "imaging/exif.h"
#include "imaging/header_formats.h"
#include "imaging/proofs.h"

#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

namespace darkroom::imaging {
namespace {

namespace code = domain::code;

enum Marker : std::uint8_t {
  kNoMarker = 0x00,
  kTemporary = 0x01,
  kBaseline = 0xC0,
  kExtended = 0xC1,
  kProgressive = 0xC2,
  kHuffmanTables = 0xC4,
  kJpegExtension = 0xC8,
  kArithmeticTables = 0xCC,
  kLastFrame = 0xCF,
  kFirstRestart = 0xD0,
  kStartOfImage = 0xD8,
  kEndOfImage = 0xD9,
  kStartOfScan = 0xDA,
  kApp1 = 0xE1,
};

struct Frame {
  std::uint8_t marker = kNoMarker;
  int precision = 0;
  int width = 0;
  int height = 0;
  int component_count = 0;
  std::array<Sampling, 4> components;
};

struct Walk {
  std::optional<Frame> frame;
  std::optional<int> orientation;
  int components_in_first_scan = 0;
  Bytes scan_data;  // from behind the header of the first scan
};

bool stands_alone(std::uint8_t marker) { return marker == kTemporary || (marker >= kFirstRestart && marker <= kStartOfImage); }

bool starts_frame(std::uint8_t marker) {
  return marker >= kBaseline && marker <= kLastFrame && marker != kHuffmanTables && marker != kJpegExtension &&
         marker != kArithmeticTables;
}

// The next marker, over stray bytes, stuffed zeros and fill bytes, as decoders do it; kNoMarker at the end of the file.
std::uint8_t next_marker(ByteReader& reader) {
  while (reader.left() > 1) {
    Bytes rest = reader.rest();
    const void* found = std::memchr(rest.data(), 0xFF, rest.size());
    if (found == nullptr) break;
    reader.skip(static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - rest.data()) + 1);
    std::uint8_t marker = reader.left() > 0 ? reader.rest().front() : std::uint8_t{kNoMarker};
    if (marker == kNoMarker || marker == 0xFF) continue;
    reader.skip(1);
    return marker;
  }
  return kNoMarker;
}

Bytes take_segment(ByteReader& reader) {
  int length = reader.u16_be();
  return length < 2 ? Bytes{} : reader.take(static_cast<std::uint64_t>(length - 2));
}

Frame read_frame(std::uint8_t marker, Bytes segment) {
  ByteReader reader(segment);
  Frame frame;
  frame.marker = marker;
  frame.precision = reader.u8();
  frame.height = reader.u16_be();
  frame.width = reader.u16_be();
  frame.component_count = reader.u8();
  for (int i = 0; i < frame.component_count && i < 4; ++i) {
    reader.skip(1);
    std::uint8_t factors = reader.u8();
    reader.skip(1);
    frame.components[static_cast<std::size_t>(i)] = {factors >> 4, factors & 15};
  }
  if (!reader.ok()) frame.component_count = 0;
  return frame;
}

Walk walk_to_first_scan(Bytes file) {
  Walk walk;
  ByteReader reader(file);
  reader.skip(2);
  while (reader.ok()) {
    std::uint8_t marker = next_marker(reader);
    if (marker == kNoMarker || marker == kEndOfImage) break;
    if (stands_alone(marker)) continue;
    Bytes segment = take_segment(reader);
    if (marker == kStartOfScan) {
      walk.components_in_first_scan = segment.empty() ? 0 : segment[0];
      walk.scan_data = reader.rest();
      break;
    }
    if (starts_frame(marker) && !walk.frame && reader.ok()) walk.frame = read_frame(marker, segment);
    bool is_exif = marker == kApp1 && segment.size() >= 6 && std::memcmp(segment.data(), "Exif\0", 5) == 0;
    if (is_exif && !walk.orientation) walk.orientation = read_exif_orientation(segment);
  }
  return walk;
}

// The scans from the first one's data on, up to the end of the picture; stops counting above `enough`.
JpegEnd walk_scans(Bytes scan_data, int enough) {
  ByteReader reader(scan_data);
  JpegEnd end{.scans = 1};
  while (reader.ok() && end.scans <= enough) {
    std::uint8_t marker = next_marker(reader);
    end.is_there = marker == kEndOfImage;
    if (marker == kNoMarker || end.is_there) break;
    if (stands_alone(marker)) continue;
    take_segment(reader);
    if (marker == kStartOfScan && reader.ok()) ++end.scans;
  }
  return end;
}

Result<void> check_kind(const Frame& frame) {
  auto refuse = [](std::string_view kind) {
    return Error{std::string(code::unsupported_format),
                 "The file is " + std::string(kind) +
                     " JPEG, which is not accepted. Save it as an ordinary (baseline or progressive) JPEG."};
  };
  if (frame.marker > 0xC8) return refuse("an arithmetic-coded");
  if (frame.marker == 0xC3) return refuse("a lossless");
  if (frame.marker > kProgressive) return refuse("a hierarchical");
  if (frame.precision != 8) return refuse("a " + std::to_string(frame.precision) + "-bit");
  if (frame.component_count == 2 || frame.component_count > 4)
    return refuse("a " + std::to_string(frame.component_count) + "-channel");
  return {};
}

Result<void> check_frame(const Frame& frame) {
  bool usable = frame.component_count > 0;
  for (int i = 0; i < frame.component_count && i < 4; ++i) {
    const Sampling& sampling = frame.components[static_cast<std::size_t>(i)];
    usable = usable && sampling.horizontal >= 1 && sampling.horizontal <= 4 && sampling.vertical >= 1 && sampling.vertical <= 4;
  }
  if (usable) return check_kind(frame);
  return Error{std::string(code::corrupt), "The frame header of the JPEG is damaged."};
}

Result<void> check_scans(const Walk& walk, const domain::PhotoLimits& limits) {
  bool may_have_many = walk.frame->marker == kProgressive || walk.components_in_first_scan < walk.frame->component_count;
  if (!may_have_many || walk_scans(walk.scan_data, limits.max_jpeg_scans).scans <= limits.max_jpeg_scans) return {};
  return Error{std::string(code::corrupt), "The JPEG has more scans than the limit of " + std::to_string(limits.max_jpeg_scans) +
                                               "; an ordinary progressive photo has about 10. Save it anew."};
}

}  // namespace

JpegEnd find_jpeg_end(Bytes file) {
  Walk walk = walk_to_first_scan(file);
  return walk.components_in_first_scan == 0 ? JpegEnd{} : walk_scans(walk.scan_data, std::numeric_limits<int>::max() - 1);
}

Result<PhotoHeader> read_jpeg_header(Bytes file, const domain::PhotoLimits& limits) {
  Walk walk = walk_to_first_scan(file);
  if (!walk.frame) return Error{std::string(code::corrupt), "The JPEG ends before it tells its size; it is cut off or damaged."};
  const Frame& frame = *walk.frame;
  if (auto fine = check_frame(frame); !fine) return fine.error();
  if (auto fine = check_size(static_cast<std::uint64_t>(frame.width), static_cast<std::uint64_t>(frame.height), limits); !fine)
    return fine.error();
  std::span<const Sampling> components(frame.components.data(), static_cast<std::size_t>(frame.component_count));
  if (auto fine = prove_jpeg(count_jpeg_blocks(frame.width, frame.height, components), file.size()); !fine) return fine.error();
  if (auto fine = check_scans(walk, limits); !fine) return fine.error();
  return PhotoHeader{.format = Format::jpeg,
                     .width = frame.width,
                     .height = frame.height,
                     .orientation = walk.orientation.value_or(1),
                     .channels = frame.component_count,
                     .progressive = frame.marker == kProgressive};
}

}  // namespace darkroom::imaging
