#include "metrics/text.h"

#include <charconv>
#include <cmath>

namespace darkroom::metrics {
namespace {

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return error == std::errc() ? std::string(text, end) : "NaN";
}

void append_label(std::string& text, std::string_view name, std::string_view value) {
  text += text.ends_with('{') ? "" : ",";
  text += name;
  text += "=\"";
  for (char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') text += "\\n";
    else text += c;
  }
  text += '"';
}

const char* kind_of(Kind kind) {
  switch (kind) {
    case Kind::counter: return "counter";
    case Kind::gauge: return "gauge";
    case Kind::histogram: return "histogram";
  }
  return "untyped";
}

}  // namespace

void Text::head(const Metric& metric) {
  text_ += "# HELP " + std::string(metric.name) + ' ' + std::string(metric.help) + "\n# TYPE " + std::string(metric.name) + ' ' + kind_of(metric.kind) + '\n';
}

void Text::line(std::string_view name, std::string_view suffix, std::string_view names, const LabelValues& labels, std::string_view bound, double value) {
  text_ += name;
  text_ += suffix;
  if (!labels.empty() || !bound.empty()) {
    text_ += '{';
    for (const std::string& label : labels) {
      std::string_view label_name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), label_name.size() + 1));
      append_label(text_, label_name, label);
    }
    if (!bound.empty()) append_label(text_, "le", bound);
    text_ += '}';
  }
  text_ += ' ' + number(value) + '\n';
}

void Text::sample(const Metric& metric, const LabelValues& labels, double value) { line(metric.name, "", metric.labels, labels, "", value); }

void Text::histogram(const Metric& metric, const LabelValues& labels, std::span<const double> bounds, std::span<const std::uint64_t> buckets, double sum) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    count += buckets[i];
    line(metric.name, "_bucket", metric.labels, labels, i < bounds.size() ? number(bounds[i]) : "+Inf", static_cast<double>(count));
  }
  line(metric.name, "_sum", metric.labels, labels, "", sum);
  line(metric.name, "_count", metric.labels, labels, "", static_cast<double>(count));
}

void Text::counted(const Metric& metric, const Counters::Counted& counted) {
  head(metric);
  if (metric.kind == Kind::histogram) {
    auto found = counted.histograms.find(&metric);
    Histogram none;
    const Histogram& histogram_of = found == counted.histograms.end() ? none : found->second;
    return histogram(metric, {}, kJobBounds, histogram_of.buckets, histogram_of.sum);
  }
  bool any = false;
  for (auto it = counted.counters.lower_bound({&metric, {}}); it != counted.counters.end() && it->first.first == &metric; ++it) {
    sample(metric, it->first.second, it->second);
    any = true;
  }
  if (!any && metric.labels.empty()) sample(metric, {}, 0);
}

}  // namespace darkroom::metrics
