#include "domain/latencies.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace darkroom::domain {
namespace {

constexpr double kStepsInTwofold = 8;
constexpr int kLastStep = 400;  // 36 years

}  // namespace

void Latencies::add(Duration took) {
  double micros = std::max<double>(static_cast<double>(took.count()), 1);
  ++counts_[std::min(static_cast<int>(std::floor(std::log2(micros) * kStepsInTwofold)), kLastStep)];
}

void Latencies::add(const Latencies& more) {
  for (auto [step, count] : more.counts_) counts_[step] += count;
}

std::optional<Duration> Latencies::quantile(double share) const {
  std::int64_t all = 0;
  for (auto [step, count] : counts_) all += count;
  if (all == 0) return std::nullopt;
  auto rank = std::min(all - 1, static_cast<std::int64_t>(share * static_cast<double>(all)));
  for (auto [step, count] : counts_) {
    rank -= count;
    if (rank < 0) return Duration(std::llround(std::exp2((step + 0.5) / kStepsInTwofold)));
  }
  return std::nullopt;
}

std::string Latencies::to_text() const {
  std::string text;
  for (auto [step, count] : counts_) text += (text.empty() ? "" : " ") + std::to_string(step) + ":" + std::to_string(count);
  return text;
}

Latencies Latencies::from_text(std::string_view text) {
  Latencies read;
  const char *at = text.data(), *end = text.data() + text.size();
  while (at < end) {
    int step = 0;
    std::int64_t count = 0;
    auto of_step = std::from_chars(at, end, step);
    if (of_step.ec != std::errc() || of_step.ptr == end || *of_step.ptr != ':') return {};
    auto of_count = std::from_chars(of_step.ptr + 1, end, count);
    bool fits = of_count.ec == std::errc() && step >= 0 && step <= kLastStep && count > 0;
    if (!fits || (of_count.ptr != end && *of_count.ptr != ' ')) return {};
    read.counts_[step] += count;
    at = of_count.ptr + (of_count.ptr == end ? 0 : 1);
  }
  return read;
}

}  // namespace darkroom::domain
