// What a child says of a job to one who asks, and when: just once, in whatever order question and decoding end.
#include "runner/process/progress.h"

#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>

namespace darkroom::runner {
namespace {

class Progress : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = FileDescriptor(ends[0]);
    theirs_ = FileDescriptor(ends[1]);
    progress::install(theirs_.get());
    progress::begin();
  }
  void TearDown() override { ::signal(SIGUSR2, SIG_DFL); }

  static void ask() { ASSERT_EQ(::raise(SIGUSR2), 0); }

  // How often the child has said so since the last look.
  int said() {
    int count = 0;
    while (reader_.read(ours_.get(), MSG_DONTWAIT) == FrameReader::Progress::complete) {
      Result<ChildMessage> message = decode_child_message(reader_.take_body());
      EXPECT_TRUE(message && std::holds_alternative<Decoded>(*message));
      ++count;
    }
    return count;
  }

 private:
  FileDescriptor ours_;
  FileDescriptor theirs_;
  FrameReader reader_{Descriptors::refused};
};

TEST_F(Progress, IsNotToldUnasked) {
  progress::decoded();
  progress::answering();
  EXPECT_EQ(said(), 0);
}

TEST_F(Progress, AQuestionThatComesBeforeThePixelsIsAnsweredWithThem) {
  ask();
  EXPECT_EQ(said(), 0);
  progress::decoded();
  EXPECT_EQ(said(), 1);
}

TEST_F(Progress, AQuestionThatComesAfterThePixelsIsAnsweredAtOnce) {
  progress::decoded();
  ask();
  EXPECT_EQ(said(), 1);
}

TEST_F(Progress, AQuestionThatMeetsTheAnswerIsNone) {
  progress::decoded();
  progress::answering();
  ask();
  progress::begin();
  progress::decoded();
  EXPECT_EQ(said(), 0) << "the next job was not asked about";
}

}  // namespace
}  // namespace darkroom::runner
