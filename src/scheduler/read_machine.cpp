// How busy the machine is, from /proc.
#include "scheduler/watch_machine.h"

#include <fstream>
#include <limits>
#include <memory>
#include <string>

namespace darkroom::scheduler {
namespace {

struct CpuTimes {
  std::uint64_t all = 0;
  std::uint64_t idle = 0;
};

// The first line: cpu user nice system idle iowait irq softirq steal.
CpuTimes cpu_times() {
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  CpuTimes times;
  std::uint64_t ticks = 0;
  for (int i = 0; i < 8 && file >> ticks; ++i) {
    times.all += ticks;
    if (i == 3 || i == 4) times.idle += ticks;
  }
  return times;
}

int memory_percent() {
  std::ifstream file("/proc/meminfo");
  std::int64_t total = 0, available = -1, kilobytes = 0;
  for (std::string name; file >> name >> kilobytes; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    if (name == "MemTotal:") total = kilobytes;
    if (name == "MemAvailable:") available = kilobytes;
  }
  return total > 0 && available >= 0 ? static_cast<int>(100 - available * 100 / total) : 0;
}

}  // namespace

std::function<MachineLoad()> read_machine() {
  return [last = std::make_shared<CpuTimes>()] {
    CpuTimes now = cpu_times();
    std::uint64_t all = now.all - last->all, idle = now.idle - last->idle;
    bool known = last->all > 0 && all > 0;
    *last = now;
    return MachineLoad{known ? static_cast<int>(100 - idle * 100 / all) : 0, memory_percent()};
  };
}

}  // namespace darkroom::scheduler
