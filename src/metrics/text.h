// The text format of Prometheus, version 0.0.4.
#pragma once

#include "metrics/counters.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace darkroom::metrics {

inline constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

// Writes one metric after the other; the samples of a metric stand together, behind its head.
class Text {
 public:
  void head(const Metric& metric);
  void sample(const Metric& metric, const LabelValues& labels, double value);
  // `buckets` are not cumulative and one more than the bounds.
  void histogram(const Metric& metric, const LabelValues& labels, std::span<const double> bounds, std::span<const std::uint64_t> buckets, double sum);
  // Head and samples of what was counted. A counter without labels that never rose is 0.
  void counted(const Metric& metric, const Counters::Counted& counted);

  std::string take() { return std::move(text_); }

 private:
  void line(std::string_view name, std::string_view suffix, std::string_view names, const LabelValues& labels, std::string_view bound, double value);

  std::string text_;
};

}  // namespace darkroom::metrics
