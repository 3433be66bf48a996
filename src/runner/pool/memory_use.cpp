// /proc/PID/smaps_rollup, else /proc/PID/statm.
#include "runner/pool/memory_use.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace darkroom::runner {
namespace {

std::optional<std::int64_t> proportional_share(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view kField = "Pss:";
    if (line.starts_with(kField)) return std::strtoll(line.c_str() + kField.size(), nullptr, 10) * 1024;
  }
  return std::nullopt;
}

std::int64_t resident_size(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace

std::int64_t memory_of(const std::vector<int>& family) {
  if (family.empty()) return 0;
  if (std::optional<std::int64_t> sum = proportional_share(family.front())) {
    for (std::size_t i = 1; i < family.size(); ++i) *sum += proportional_share(family[i]).value_or(0);
    return *sum;
  }
  std::int64_t shared = resident_size(family.front());
  std::int64_t sum = shared;
  for (std::size_t i = 1; i < family.size(); ++i) sum += std::max<std::int64_t>(0, resident_size(family[i]) - shared);
  return sum;
}

}  // namespace darkroom::runner
