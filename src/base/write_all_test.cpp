#include "base/write_all.h"

#include "base/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

namespace darkroom {
namespace {

// A pipe takes less at a time than this, and its writer is interrupted again and again.
TEST(WriteAll, WhatIsTakenInPartsAndInterruptedIsWhole) {
  struct sigaction ignored {};
  ignored.sa_handler = [](int) {};  // without SA_RESTART
  ASSERT_EQ(::sigaction(SIGUSR1, &ignored, nullptr), 0);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  FileDescriptor from(ends[0]), to(ends[1]);
  std::string bytes;
  for (int i = 0; bytes.size() < 4'000'000; ++i) bytes += std::to_string(i);
  bool written = false;
  std::thread writer([&] {
    written = write_all(to.get(), bytes);
    to.reset();
  });
  std::string got, piece(1000, '\0');
  for (ssize_t count = 1; count > 0;) {
    if (got.size() < bytes.size() / 2) ::pthread_kill(writer.native_handle(), SIGUSR1);
    count = ::read(from.get(), piece.data(), piece.size());
    if (count > 0) got.append(piece, 0, static_cast<std::size_t>(count));
  }
  writer.join();
  EXPECT_TRUE(written);
  EXPECT_EQ(got, bytes);
}

TEST(WriteAll, AFullDiskIsTold) {
  FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  errno = 0;
  EXPECT_FALSE(write_all(full.get(), "some"));
  EXPECT_EQ(errno, ENOSPC);
  EXPECT_TRUE(write_all(full.get(), ""));
}

}  // namespace
}  // namespace darkroom
