// The steps of one photo: header, decode, detect, check.
#include "runner/process/process_photo.h"

#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "imaging/decode.h"
#include "imaging/header.h"
#include "runner/process/soft_stop.h"

#include <chrono>

namespace darkroom::runner {
namespace {

// Pixels of most photos are kept as memory for the next; those of a giant would only sit there.
constexpr std::size_t kMostSpareBytes = 48'000'000;

using SteadyClock = std::chrono::steady_clock;

std::int64_t micros_since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start).count();
}

// What the header alone tells, in Pillow's words.
domain::ImageInfo describe(const imaging::PhotoHeader& header) {
  domain::ImageInfo info;
  bool sideways = header.orientation >= 5;
  info.raw_width = header.width;
  info.raw_height = header.height;
  info.width = sideways ? header.height : header.width;
  info.height = sideways ? header.width : header.height;
  info.format = imaging::to_string(header.format);
  bool jpeg = header.format == imaging::Format::jpeg;
  info.mode = header.channels == 1 ? "L" : header.channels == 2 ? "LA" : header.channels == 3 ? "RGB" : jpeg ? "CMYK" : "RGBA";
  info.bit_depth = header.bit_depth;
  info.orientation = header.orientation;
  return info;
}

Error stopped() {
  return Error{std::string(domain::code::timeout), "Processing was stopped at the soft time limit."};
}

domain::Failed failed(const Error& error) {
  bool transient = error.code == domain::code::timeout;
  return domain::Failed{error, transient ? domain::Failed::Kind::transient : domain::Failed::Kind::permanent};
}

}  // namespace

ChildMessage PhotoProcessor::process(std::span<const std::uint8_t> file, std::int64_t read_time) {
  Result<domain::Outcome> outcome = run(file, read_time);
  fail_point("K11");
  if (!outcome) return failed(outcome.error());
  if (Result<void> valid = domain::validate(*outcome); !valid) return failed(valid.error());
  return Done{std::move(*outcome)};
}

Result<domain::Outcome> PhotoProcessor::run(std::span<const std::uint8_t> file, std::int64_t read_time) {
  domain::Outcome outcome;
  outcome.engine = engine_.name();
  outcome.engine_version = engine_.version();
  outcome.timings.read = read_time;

  SteadyClock::time_point start = SteadyClock::now();
  Result<imaging::PhotoHeader> header = imaging::read_header(file, limits_);
  if (!header) return header.error();
  outcome.image = describe(*header);
  fail_point("K10");
  if (!engine_.needs_pixels()) return outcome;

  inference::WantedSize wanted = engine_.wanted(outcome.image.width, outcome.image.height);
  imaging::DecodeRequest request{limits_, wanted.width, wanted.height};
  Result<imaging::DecodedPhoto> photo = imaging::decode(file, request, std::move(spare_));
  if (!photo) return photo.error();
  outcome.image = photo->info;
  outcome.timings.decode = micros_since(start);
  if (soft_stop::requested()) return stopped();

  Result<domain::Findings> found = engine_.detect(photo->pixels, photo->info, outcome.timings);
  if (photo->pixels.bytes.capacity() <= kMostSpareBytes) spare_ = std::move(photo->pixels.bytes);
  if (!found) return found.error();
  outcome.found = std::move(*found);
  return outcome;
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
