// The steps of one photo: header, decode, detect or render, check.
#include "runner/process/process_photo.h"

#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "imaging/decode.h"
#include "imaging/header.h"
#include "imaging/render.h"
#include "runner/process/progress.h"
#include "runner/process/soft_stop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace darkroom::runner {
namespace {

// Pixels of most photos are kept as memory for the next; those of a giant would only sit there.
constexpr std::size_t kMostSpareBytes = 48'000'000;

using SteadyClock = std::chrono::steady_clock;

std::int64_t micros_since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start).count();
}

Error stopped() {
  return Error{std::string(domain::code::timeout), "Processing was stopped at the soft time limit."};
}

domain::Failed failed(const Error& error) {
  bool transient = error.code == domain::code::timeout;
  return domain::Failed{error, transient ? domain::Failed::Kind::transient : domain::Failed::Kind::permanent};
}

// What a decode has to cover for a picture whose longer side is `side`; zero: the whole photo.
inference::WantedSize cover_for(const domain::ImageInfo& image, int side) {
  double scale = static_cast<double>(side) / std::max({image.width, image.height, 1});
  if (scale >= 1) return {};
  auto scaled = [scale](int length) { return std::max(1, static_cast<int>(std::ceil(length * scale))); };
  return {scaled(image.width), scaled(image.height)};
}

inference::WantedSize larger(inference::WantedSize one, inference::WantedSize other) {
  if (one.width == 0 || other.width == 0) return {};
  return {std::max(one.width, other.width), std::max(one.height, other.height)};
}

}  // namespace

ChildMessage PhotoProcessor::process(std::span<const std::uint8_t> file, std::int64_t read_time, int thumbnail_side) {
  shown_.reset();
  Result<domain::Outcome> outcome = run(file, read_time, thumbnail_side);
  fail_point("K11");
  if (!outcome) return failed(outcome.error());
  if (Result<void> valid = domain::validate(*outcome); !valid) return failed(valid.error());
  return Done{std::move(*outcome), shown_.has_value()};
}

Result<domain::Outcome> PhotoProcessor::run(std::span<const std::uint8_t> file, std::int64_t read_time, int thumbnail_side) {
  domain::Outcome outcome;
  outcome.engine = engine_.name();
  outcome.engine_version = engine_.version();
  outcome.timings.read = read_time;

  SteadyClock::time_point start = SteadyClock::now();
  Result<imaging::PhotoHeader> header = imaging::read_header(file, limits_);
  if (!header) return header.error();
  outcome.image = imaging::describe(*header);
  fail_point("K10");
  if (!engine_.needs_pixels()) {
    progress::decoded();
    return outcome;
  }

  // Covers a thumbnail whether or not one is wanted: the model sees the same pixels on a machine that keeps none.
  inference::WantedSize wanted = larger(engine_.wanted(outcome.image.width, outcome.image.height), cover_for(outcome.image, std::max(thumbnail_side, domain::kThumbnailSide)));
  imaging::DecodeRequest request{limits_, wanted.width, wanted.height};
  Result<imaging::DecodedPhoto> photo = imaging::decode(file, request, std::move(spare_));
  if (!photo) return photo.error();
  progress::decoded();
  outcome.image = photo->info;
  outcome.timings.decode = micros_since(start);
  if (soft_stop::requested()) return stopped();

  Result<domain::Findings> found = engine_.detect(photo->pixels, photo->info, outcome.timings);
  if (found && thumbnail_side > 0) {
    shown_ = Shown{std::move(*photo), thumbnail_side};
  } else {
    keep_memory(std::move(photo->pixels));
  }
  if (!found) return found.error();
  outcome.found = std::move(*found);
  return outcome;
}

Thumbnail PhotoProcessor::make_thumbnail() {
  Shown shown = *std::exchange(shown_, std::nullopt);
  const domain::ImageInfo& info = shown.photo.info;
  Result<domain::Picture> picture = imaging::render(shown.photo.pixels, info.width, info.height, {shown.side, domain::kThumbnailQuality, {}});
  keep_memory(std::move(shown.photo.pixels));
  return {picture && picture->jpeg.size() <= kMostThumbnailBytes ? std::move(picture->jpeg) : ""};
}

ChildMessage PhotoProcessor::render(std::span<const std::uint8_t> file, const domain::RenderOrder& order) {
  Result<Rendered> rendered = make_picture(file, order);
  if (!rendered) return failed(rendered.error());
  return std::move(*rendered);
}

Result<Rendered> PhotoProcessor::make_picture(std::span<const std::uint8_t> file, const domain::RenderOrder& order) {
  Result<imaging::PhotoHeader> header = imaging::read_header(file, limits_);
  if (!header) return header.error();
  domain::ImageInfo image = imaging::describe(*header);
  inference::WantedSize wanted = cover_for(image, order.max_side);
  Result<imaging::DecodedPhoto> photo = imaging::decode(file, {limits_, wanted.width, wanted.height}, std::move(spare_));
  if (!photo) return photo.error();
  progress::decoded();
  if (soft_stop::requested()) return stopped();
  Result<domain::Picture> picture = imaging::render(photo->pixels, photo->info.width, photo->info.height, order);
  keep_memory(std::move(photo->pixels));
  if (!picture) return picture.error();
  return Rendered{std::move(*picture), std::move(photo->info)};
}

void PhotoProcessor::keep_memory(imaging::Pixels pixels) {
  if (pixels.bytes.capacity() <= kMostSpareBytes) spare_ = std::move(pixels.bytes);
}

void PhotoProcessor::warm_up() {
  if (!engine_.needs_pixels()) return;
  imaging::Pixels grey;
  grey.width = 320;
  grey.height = 240;
  grey.bytes.assign(static_cast<std::size_t>(grey.width) * static_cast<std::size_t>(grey.height) * 3, 127);
  domain::ImageInfo info;
  info.width = grey.width;
  info.height = grey.height;
  domain::StageTimings timings;
  Result<domain::Findings> ignored = engine_.detect(grey, info, timings);
  spare_ = std::move(grey.bytes);
}

}  // namespace darkroom::runner
