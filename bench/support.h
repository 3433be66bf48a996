// What the measuring programs share: their arguments, photos that differ from each other, and one JSON line as their answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::bench {

using SteadyClock = std::chrono::steady_clock;

// `--name value ...`; a name may be given with several values. Ends the program with a message when something else is met.
class Arguments {
 public:
  Arguments(int count, char** arguments);
  // The value of --name, or `otherwise`; without one the argument is needed and the program ends with a message.
  std::string text(const std::string& name, const char* otherwise = nullptr) const;
  int number(const std::string& name, const char* otherwise = nullptr) const;
  const std::vector<std::string>& list(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

// What main() is: the exit code of `run`, or 1 after the message of what it threw.
int run_main(int count, char** arguments, int (*run)(const Arguments&));

// The photos of a run: the given JPEG files in turn, each with a comment segment of its own, so that no two have the same content.
class Photos {
 public:
  // `series` tells runs apart. Throws std::runtime_error for a file that cannot be read or is no JPEG.
  Photos(const std::vector<std::string>& paths, std::string series);
  std::string make(int number) const;

 private:
  std::vector<std::string> files_;
  std::string series_;
};

double seconds_between(SteadyClock::time_point from, SteadyClock::time_point to);
double own_cpu_seconds();      // of this process and the children that it has waited for
double seconds_since_epoch();

// The element at a share of 0 to 1 of the sorted values; 0 for none.
double quantile(std::vector<double> values, double share);

// {"name": number, ...} on one line.
std::string json_line(const std::vector<std::pair<std::string_view, double>>& figures);

}  // namespace darkroom::bench
