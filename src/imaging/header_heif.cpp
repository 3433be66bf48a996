// HEIF (ISO/IEC 23008-12): boxes of a size, a type and a body, one in another. The box meta names the primary item (pitm) and the properties
// of all items (iprp: ipco lists them, ipma says whose they are): sizes (ispe), and the crop and the turns that a reader has to apply (clap,
// irot). Every step takes at least the eight bytes of a box from the file, so the walk is bounded by its length.
#include "domain/error_codes.h"
#include "imaging/header_formats.h"
#include "imaging/proofs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::imaging {
namespace {

constexpr std::size_t kBoxHeader = 8;
constexpr std::size_t kMostProperties = 32'767;  // what ipma can name

struct Box {
  std::string_view type;
  Bytes body;
  bool is_whole = true;
};

// A box of a larger size than what is there gives what is there.
std::optional<Box> next_box(ByteReader& reader) {
  if (reader.left() < kBoxHeader) return std::nullopt;
  std::uint64_t size = reader.u32_be();
  Bytes type = reader.take(4);
  Box box;
  box.type = {reinterpret_cast<const char*>(type.data()), type.size()};
  std::uint64_t taken = kBoxHeader;
  if (size == 1) {
    size = std::uint64_t{reader.u32_be()} << 32;
    size |= reader.u32_be();
    taken = 2 * kBoxHeader;
  }
  if (size == 0) size = taken + reader.left();
  if (!reader.ok() || size < taken) return std::nullopt;
  box.body = reader.take_available(size - taken);
  box.is_whole = reader.ok();
  return box;
}

struct Container {
  std::optional<Bytes> primary, associations;
  std::vector<Box> properties;  // ipma counts them from 1
  bool has_meta = false;
  bool cut_off = false;
};

void read_properties(Bytes iprp, Container& container) {
  ByteReader reader(iprp);
  while (auto box = next_box(reader)) {
    if (box->type == "ipma" && !container.associations) container.associations = box->body;
    if (box->type != "ipco" || !container.properties.empty()) continue;
    ByteReader list(box->body);
    while (auto property = next_box(list)) {
      if (container.properties.size() == kMostProperties) return;
      container.properties.push_back(*property);
    }
  }
}

Container read_container(Bytes file) {
  Container container;
  ByteReader reader(file);
  while (auto box = next_box(reader)) {
    if (!box->is_whole) container.cut_off = true;
    if (box->type != "meta" || container.has_meta) continue;
    container.has_meta = true;
    ByteReader meta(box->body);
    meta.skip(4);  // version and flags
    while (auto inner = next_box(meta)) {
      if (inner->type == "pitm") container.primary = inner->body;
      if (inner->type == "iprp") read_properties(inner->body, container);
    }
  }
  return container;
}

std::uint32_t read_id(ByteReader& reader, bool is_wide) { return is_wide ? reader.u32_be() : reader.u16_be(); }

Error corrupt(const std::string& what) {
  return Error{std::string(domain::code::corrupt), "The HEIC or AVIF file is cut off or damaged: " + what + "."};
}

// The properties of the primary item, in the order of the file: at most the 255 that one entry names.
Result<std::vector<Box>> primary_properties(const Container& container) {
  std::vector<Box> found;
  if (!container.primary || !container.associations) return found;
  ByteReader primary(*container.primary);
  bool is_wide = primary.u32_be() >> 24 >= 1;
  std::uint32_t wanted = read_id(primary, is_wide);
  ByteReader reader(*container.associations);
  std::uint32_t version_and_flags = reader.u32_be();
  std::uint32_t entries = reader.u32_be();
  bool is_listed = false;
  for (std::uint32_t entry = 0; entry < entries && reader.ok(); ++entry) {
    std::uint32_t item = read_id(reader, version_and_flags >> 24 >= 1);
    if (item == wanted && std::exchange(is_listed, true)) return corrupt("its main picture's properties are listed more than once");
    for (int left = reader.u8(); left > 0 && reader.ok(); --left) {
      // The highest bit says whether a reader has to know the property.
      std::size_t number = (version_and_flags & 1) != 0 ? reader.u16_be() & 0x7FFFU : reader.u8() & 0x7FU;
      if (item == wanted && number >= 1 && number <= container.properties.size()) found.push_back(container.properties[number - 1]);
    }
  }
  return found;
}

struct PictureSize {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};

PictureSize read_size(Bytes ispe) {
  ByteReader reader(ispe);
  reader.skip(4);
  std::uint64_t width = reader.u32_be();
  std::uint64_t height = reader.u32_be();
  return reader.ok() ? PictureSize{width, height} : PictureSize{};
}

// A fraction of the crop, rounded, within the side that it crops.
std::uint64_t cropped(std::uint64_t side, ByteReader& clap) {
  std::uint64_t numerator = clap.u32_be();
  std::uint64_t denominator = clap.u32_be();
  if (denominator == 0) return side;
  return std::clamp<std::uint64_t>((numerator + denominator / 2) / denominator, 1, side);
}

void apply(const Box& property, PhotoHeader& header) {
  ByteReader reader(property.body);
  if (property.type == "irot" && (reader.u8() & 1) != 0) std::swap(header.width, header.height);
  if (property.type == "clap") {
    header.width = static_cast<int>(cropped(static_cast<std::uint64_t>(header.width), reader));
    header.height = static_cast<int>(cropped(static_cast<std::uint64_t>(header.height), reader));
  }
  if (property.type == "pixi") {
    reader.skip(4);
    int channels = reader.u8();
    int depth = reader.u8();
    if (channels >= 1 && channels <= 4) header.channels = channels;
    if (depth >= 1 && depth <= 16) header.bit_depth = depth;
  }
}

}  // namespace

Result<PhotoHeader> read_heif_header(Bytes file, Format format, const domain::PhotoLimits& limits) {
  Container container = read_container(file);
  if (!container.has_meta) return corrupt("nothing in it says what it holds");
  for (const Box& property : container.properties) {
    if (property.type != "ispe") continue;
    PictureSize size = read_size(property.body);
    if (auto fine = check_size(size.width, size.height, limits); !fine) return fine.error();
  }
  auto properties = primary_properties(container);
  if (!properties) return properties.error();
  auto ispe = std::ranges::find(*properties, "ispe", &Box::type);
  if (ispe == properties->end()) return corrupt("its main picture has no size");
  PictureSize size = read_size(ispe->body);
  PhotoHeader header{.format = format, .width = static_cast<int>(size.width), .height = static_cast<int>(size.height), .cut_off = container.cut_off};
  for (const Box& property : *properties) apply(property, header);
  return header;
}

}  // namespace darkroom::imaging
