// Cores that this process may really use, so that a container with half a machine does not start slots for the whole.
#include "worker/worker.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace darkroom::worker {
namespace {

int affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// The path of this process in the hierarchy whose line of /proc/self/cgroup has `controller` in its second field ("" for version 2).
std::string group_path(const std::string& controller) {
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (controller.empty() ? names == ",," : names.find("," + controller + ",") != std::string::npos) return line.substr(second + 1);
  }
  return "/";
}

// Quota over period of one group; none when it is not limited.
double quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  return file >> quota >> period && quota != "max" && period > 0 ? std::stod(quota) / period : 0;
}

double quota_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_file >> quota && period_file >> period && quota > 0 && period > 0 ? quota / period : 0;
}

// The smallest limit from the process's group up to the root of what is mounted.
template <class Quota>
double smallest_quota(const std::string& mount, std::string path, Quota quota) {
  double smallest = 0;
  while (true) {
    double found = quota(mount + path);
    if (found > 0 && (smallest == 0 || found < smallest)) smallest = found;
    if (path.empty() || path == "/") return smallest;
    path.erase(path.rfind('/'));
  }
}

}  // namespace

int usable_cores() {
  double cores = affinity_cores();
  double v2 = smallest_quota("/sys/fs/cgroup", group_path(""), quota_v2);
  double v1 = smallest_quota("/sys/fs/cgroup/cpu", group_path("cpu"), quota_v1);
  for (double limit : {v2, v1}) {
    if (limit > 0) cores = std::min(cores, std::ceil(limit));
  }
  return std::max(1, static_cast<int>(cores));
}

}  // namespace darkroom::worker
