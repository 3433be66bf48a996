// What the way from a JPEG file to a 640 x 640 tensor costs: ours (decoded at 1/2, 1/4 or 1/8 into a buffer that is used again, one pass into the
// planes) beside OpenCV's usual four steps, in turn within one run; and whether a detector finds the same in a scaled decode as in a full one.
// Prints one JSON line; times are medians in milliseconds of one thread. decode.py makes the photos, runs it and adds the machine and the commit.
//
//   decode --photos a.jpg b.jpg [--rounds 31] [--side 640] [--model yolox.onnx --labels coco.txt]
#include "support.h"

#include "imaging/decode.h"
#include "imaging/header.h"
#include "imaging/pack.h"
#include "imaging/render.h"
#include "inference/engine.h"
#ifdef DARKROOM_BENCH_OPENCV
#include "decode_by_opencv.h"
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace darkroom::bench {
namespace {

using Figures = std::vector<std::pair<std::string_view, double>>;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.empty()) throw std::runtime_error(path + " cannot be read");
  return bytes;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

imaging::DecodedPhoto decode(const std::string& file, int cover_width, int cover_height, std::vector<std::uint8_t> buffer = {}) {
  auto photo = imaging::decode(bytes_of(file), {.cover_width = cover_width, .cover_height = cover_height}, std::move(buffer));
  if (!photo) throw std::runtime_error(photo.error().message);
  return *std::move(photo);
}

struct Ours {
  int side;
  std::vector<float> tensor;
  std::vector<std::uint8_t> buffer;
  std::vector<double> decoded, packed, both;

  explicit Ours(int the_side) : side(the_side), tensor(3 * static_cast<std::size_t>(the_side) * static_cast<std::size_t>(the_side)) {}

  void run(const std::string& file) {
    auto begun = SteadyClock::now();
    // A slot asks for the letterboxed size, which it knows from the header.
    auto header = imaging::read_header(bytes_of(file), {});
    if (!header) throw std::runtime_error(header.error().message);
    double wanted = inference::kDecodeBeyondTensor * side;
    double ratio = std::min({1.0, wanted / header->width, wanted / header->height});
    auto cover = [&](int full) { return static_cast<int>(std::lround(full * ratio)); };
    imaging::DecodedPhoto photo = decode(file, cover(header->width), cover(header->height), std::move(buffer));
    auto between = SteadyClock::now();
    imaging::PackPlan plan{.width = side, .height = side, .order = imaging::ColourOrder::bgr};
    imaging::pack(photo.pixels, photo.info.width, photo.info.height, plan, tensor);
    auto ended = SteadyClock::now();
    buffer = std::move(photo.pixels.bytes);
    decoded.push_back(1000 * seconds_between(begun, between));
    packed.push_back(1000 * seconds_between(between, ended));
    both.push_back(1000 * seconds_between(begun, ended));
  }
};

void measure(const std::vector<std::string>& files, int rounds, int side, Figures& figures) {
  Ours ours(side);
  std::vector<double> theirs;
  for (int i = -2; i < rounds; ++i) {
    if (i == 0) ours.decoded.clear(), ours.packed.clear(), ours.both.clear(), theirs.clear();  // two rounds to warm up
    for (const std::string& file : files) {
      ours.run(file);
#ifdef DARKROOM_BENCH_OPENCV
      auto begun = SteadyClock::now();
      tensor_by_opencv(file, side);
      theirs.push_back(1000 * seconds_between(begun, SteadyClock::now()));
#endif
    }
  }
  figures.push_back({"decode_ms", quantile(ours.decoded, 0.5)});
  figures.push_back({"pack_ms", quantile(ours.packed, 0.5)});
  figures.push_back({"ours_ms", quantile(ours.both, 0.5)});
  if (theirs.empty()) return;
  figures.insert(figures.end(), {{"opencv_ms", quantile(theirs, 0.5)}, {"ratio", quantile(theirs, 0.5) / quantile(ours.both, 0.5)}});
}

std::unique_ptr<inference::Engine> load_detector(const std::string& path, const std::string& labels) {
  domain::Model model;
  model.name = "bench";
  model.engine = domain::EngineKind::onnx;
  model.file = path;
  std::ifstream lines(labels);
  for (std::string line; std::getline(lines, line);) model.labels.push_back(line);
  auto engine = inference::make_engine(model);
  engine->open();
  if (auto loaded = engine->load(bytes_of(read(path))); !loaded) throw std::runtime_error(loaded.error().message);
  return engine;
}

std::vector<domain::DetectedObject> detect(inference::Engine& engine, const imaging::DecodedPhoto& photo) {
  domain::StageTimings timings;
  engine.rearm();
  auto found = engine.detect(photo.pixels, photo.info, timings);
  if (!found) throw std::runtime_error(found.error().message);
  return found->objects;
}

double overlap(const domain::Box& a, const domain::Box& b) {
  double across = std::min(a[2], b[2]) - std::max(a[0], b[0]), down = std::min(a[3], b[3]) - std::max(a[1], b[1]);
  if (across <= 0 || down <= 0) return 0;
  double common = across * down;
  return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common);
}

// How many of `objects` have a partner of the same label at IoU >= 0.9, each partner once.
int count_matches(const std::vector<domain::DetectedObject>& objects, std::vector<domain::DetectedObject> partners) {
  int matches = 0;
  for (const domain::DetectedObject& object : objects) {
    auto is_partner = [&](const domain::DetectedObject& other) { return other.label == object.label && overlap(other.box, object.box) >= 0.9; };
    auto partner = std::ranges::find_if(partners, is_partner);
    if (partner == partners.end()) continue;
    partners.erase(partner);
    ++matches;
  }
  return matches;
}

struct Parity {
  std::size_t found = 0;
  std::size_t matched = 0;

  // Found in either: 2 x matches of all finds of both.
  void add(const std::vector<domain::DetectedObject>& one, const std::vector<domain::DetectedObject>& other) {
    found += one.size() + other.size();
    matched += 2 * static_cast<std::size_t>(count_matches(one, other));
  }
  double share() const { return found > 0 ? static_cast<double>(matched) / static_cast<double>(found) : 1; }
};

// A full decode is scaled by picking two pixels of many, as OpenCV does it, so that noise moves its finds. Averaged to twice the tensor's size first,
// it is what a scaled decode comes close to.
imaging::DecodedPhoto averaged(const imaging::DecodedPhoto& full, inference::WantedSize wanted) {
  return {imaging::shrink(full.pixels, static_cast<int>(2 * std::max(wanted.width, wanted.height) / inference::kDecodeBeyondTensor)), full.info};
}

void compare_decodes(const std::vector<std::string>& files, inference::Engine& engine, Figures& figures) {
  Parity with_full, with_averaged;
  int scaled_photos = 0;
  for (const std::string& file : files) {
    imaging::DecodedPhoto full = decode(file, 0, 0);
    inference::WantedSize wanted = engine.wanted(full.info.width, full.info.height);
    imaging::DecodedPhoto scaled = decode(file, wanted.width, wanted.height);
    auto in_scaled = detect(engine, scaled);
    with_full.add(detect(engine, full), in_scaled);
    with_averaged.add(detect(engine, averaged(full, wanted)), in_scaled);
    scaled_photos += scaled.info.scale_denominator > 1 ? 1 : 0;
  }
  figures.insert(figures.end(), {{"photos", files.size()}, {"photos_scaled", scaled_photos}, {"finds", with_full.found}, {"finds_matched", with_full.matched},
                                 {"parity", with_full.share()}, {"finds_averaged", with_averaged.found}, {"finds_averaged_matched", with_averaged.matched},
                                 {"parity_averaged", with_averaged.share()}});
}

int run(const Arguments& arguments) {
  std::vector<std::string> files;
  for (const std::string& path : arguments.list("photos")) files.push_back(read(path));
  Figures figures;
  measure(files, arguments.number("rounds", "31"), arguments.number("side", "640"), figures);
  std::string model = arguments.text("model", "");
  if (!model.empty()) compare_decodes(files, *load_detector(model, arguments.text("labels", "")), figures);
  std::puts(json_line(figures).c_str());
  return 0;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
