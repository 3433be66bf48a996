// Shared by the tests of the pool: real runner processes, photos made here, ways to look at processes.
#pragma once

#include "base/file_descriptor.h"
#include "runner/pool/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace darkroom::runner::test {

inline std::string runner_path() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "darkroom-runner").string();
}

inline PoolConfig test_config() {
  PoolConfig config;
  config.runner_path = runner_path();
  config.nice = 0;
  config.test_mode = true;
  return config;
}

inline domain::Model null_model(const std::string& name = "null") {
  domain::Model model;
  model.name = name;
  model.engine = domain::EngineKind::null;
  model.version = "1";
  return model;
}

// A photo in memory, as a descriptor.
class Photo {
 public:
  explicit Photo(const std::string& bytes) : size_(static_cast<std::int64_t>(bytes.size())), file_(::memfd_create("photo", MFD_CLOEXEC)) {
    EXPECT_EQ(::pwrite(file_.get(), bytes.data(), bytes.size(), 0), size_);
  }
  RunRequest request() const { return {file_.get(), size_}; }

 private:
  std::int64_t size_;
  FileDescriptor file_;
};

// A white PNG of 2 x 1 pixels; what comes after its end is ignored by every reader, and obeyed by the null engine in test mode.
inline std::string tiny_png(const std::string& command = "") {
  static constexpr unsigned char kPng[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02,
      0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41,
      0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x06, 0x00, 0x14, 0xf2, 0x05, 0xfb, 0xa4, 0x0d, 0x7c, 0x5e, 0x00, 0x00, 0x00, 0x00,
      0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
  };
  std::string file(reinterpret_cast<const char*>(kPng), sizeof kPng);
  return command.empty() ? file : file + "darkroom-test:" + command + "\n";
}

inline RunEnd run_command(Slot& slot, const std::string& command, const domain::Model& model = null_model()) {
  Photo photo(tiny_png(command));
  return slot.run(model, photo.request());
}

inline bool succeeded(const RunEnd& end) { return std::holds_alternative<domain::Outcome>(end); }

// "Crashed decoder_crash: ..." and the like, for messages of failing tests and for matching.
inline std::string describe(const RunEnd& end) {
  struct {
    std::string operator()(const domain::Outcome& outcome) { return "Outcome with " + std::to_string(outcome.found.objects.size()) + " objects"; }
    std::string operator()(const domain::Failed& failed) {
      std::string kind = failed.kind == domain::Failed::Kind::permanent ? "permanent " : "transient ";
      return "Failed " + kind + failed.error.code + ": " + failed.error.message;
    }
    std::string operator()(const domain::Crashed& crashed) { return "Crashed " + crashed.error.code + ": " + crashed.error.message; }
    std::string operator()(const domain::Interrupted& interrupted) { return "Interrupted: " + interrupted.reason; }
  } words;
  return std::visit(words, end);
}

// Polls until the condition holds; false when it does not within ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// The pids of a process's children, zombies included.
inline std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream list(task.path() / "children");
    for (int child = 0; list >> child;) children.push_back(child);
  }
  return children;
}

// The letter of /proc/PID/stat: R, S, T, Z; 0 when there is no such process.
inline char process_state(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat);
  std::size_t end = stat.rfind(')');
  return end == stat.npos ? '\0' : stat[end + 2];
}

// Gone, or at most waiting to be reaped by whoever is its parent now.
inline bool has_ended(int pid) {
  char state = process_state(pid);
  return state == '\0' || state == 'Z' || state == 'X';
}

inline std::size_t open_descriptors() {
  auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace darkroom::runner::test
