// Landlock alone, without the filter of system calls, which would end the process before the kernel could refuse anything.
#include "runner/process/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace darkroom::runner {
namespace {

enum Answer { kRefused, kOpened, kOtherwise, kNoLandlock };

// In a process of its own, since there is no way back.
Answer open_behind_landlock(const char* path, int flags) {
  pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (restrict_with_landlock() == 0) ::_exit(kNoLandlock);
    bool opened = ::open(path, flags | O_CLOEXEC, 0600) >= 0;
    ::_exit(opened ? kOpened : errno == EACCES ? kRefused : kOtherwise);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<Answer>(WEXITSTATUS(status)) : kOtherwise;
}

TEST(Landlock, NothingIsReadOrMade) {
  if (open_behind_landlock("/proc/self/stat", O_RDONLY) == kNoLandlock) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(open_behind_landlock("/proc/self/stat", O_RDONLY), kRefused);
  EXPECT_EQ(open_behind_landlock("/dev/null", O_WRONLY), kRefused);
  std::string fresh = testing::TempDir() + "behind-landlock-" + std::to_string(::getpid());
  EXPECT_EQ(open_behind_landlock(fresh.c_str(), O_WRONLY | O_CREAT), kRefused);
  EXPECT_EQ(::unlink(fresh.c_str()), -1);
}

}  // namespace
}  // namespace darkroom::runner
