#include "support.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace darkroom::bench {
namespace {

[[noreturn]] void end_with(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(2);
}

std::string read_jpeg(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!bytes.starts_with("\xff\xd8")) throw std::runtime_error(path + " is not a JPEG file that can be read");
  return bytes;
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

}  // namespace

Arguments::Arguments(int count, char** arguments) {
  std::string name;
  for (int i = 1; i < count; ++i) {
    std::string_view word = arguments[i];
    if (word.starts_with("--")) {
      name = word.substr(2);
      values_[name];
    } else if (name.empty()) {
      end_with("arguments are written as --name value");
    } else {
      values_[name].emplace_back(word);
    }
  }
}

std::string Arguments::text(const std::string& name, const char* otherwise) const {
  auto found = values_.find(name);
  if (found != values_.end() && found->second.size() == 1) return found->second.front();
  if (found != values_.end() || otherwise == nullptr) end_with("--" + name + " needs one value");
  return otherwise;
}

int Arguments::number(const std::string& name, const char* otherwise) const {
  std::string value = text(name, otherwise);
  int number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number <= 0) end_with("--" + name + " is a whole number above 0");
  return number;
}

const std::vector<std::string>& Arguments::list(const std::string& name) const {
  auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) end_with("--" + name + " needs at least one value");
  return found->second;
}

int run_main(int count, char** arguments, int (*run)(const Arguments&)) {
  try {
    return run(Arguments(count, arguments));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments[0], error.what());
    return 1;
  }
}

Photos::Photos(const std::vector<std::string>& paths, std::string series) : series_(std::move(series)) {
  for (const std::string& path : paths) files_.push_back(read_jpeg(path));
}

std::string Photos::make(int number) const {
  std::string comment = series_ + " " + std::to_string(number);
  std::size_t length = comment.size() + 2;
  std::string segment = {'\xff', '\xfe', static_cast<char>(length >> 8), static_cast<char>(length & 0xff)};
  std::string photo = files_[static_cast<std::size_t>(number) % files_.size()];
  return photo.insert(2, segment + comment);
}

double seconds_between(SteadyClock::time_point from, SteadyClock::time_point to) { return std::chrono::duration<double>(to - from).count(); }

double own_cpu_seconds() {
  double sum = 0;
  for (__rusage_who who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    sum += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return sum;
}

double seconds_since_epoch() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  auto index = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(index, values.size() - 1)];
}

std::string json_line(const std::vector<std::pair<std::string_view, double>>& figures) {
  std::string line;
  for (const auto& [name, value] : figures) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6f", value);
    line += (line.empty() ? "{\"" : ", \"") + std::string(name) + "\": " + text;
  }
  return line + "}\n";
}

}  // namespace darkroom::bench
