// Frames over a real pair of sockets, whole, in pieces, too long, and with descriptors.
#include "runner/protocol/frame.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>
#include <thread>

namespace darkroom::runner {
namespace {

using Progress = FrameReader::Progress;

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    one = FileDescriptor(ends[0]);
    other = FileDescriptor(ends[1]);
  }
  FileDescriptor one;
  FileDescriptor other;
};

TEST(Frame, FollowsFrame) {
  Pair pair;
  FrameReader reader(Descriptors::refused);
  ASSERT_TRUE(send_frame(pair.one.get(), "first"));
  ASSERT_TRUE(send_frame(pair.one.get(), ""));
  ASSERT_TRUE(send_frame(pair.one.get(), "third"));
  for (const char* expected : {"first", "", "third"}) {
    ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::complete);
    EXPECT_EQ(reader.take_body(), expected);
  }
  EXPECT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::more);
  pair.one.reset();
  EXPECT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::closed);
}

TEST(Frame, ComesTogetherByteByByte) {
  Pair pair;
  FrameReader reader(Descriptors::refused);
  std::string wire("\x03\0\0\0abc", 7);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::more);
    ASSERT_EQ(::send(pair.one.get(), &wire[i], 1, 0), 1);
  }
  ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::complete);
  EXPECT_EQ(reader.take_body(), "abc");
}

TEST(Frame, MayBeLargerThanTheSocketsBuffer) {
  Pair pair;
  std::string large(3'000'000, 'x');
  std::jthread sender([&] { EXPECT_TRUE(send_frame(pair.one.get(), large)); });
  FrameReader reader(Descriptors::refused);
  ASSERT_EQ(reader.read(pair.other.get(), 0), Progress::complete);
  EXPECT_EQ(reader.take_body(), large);
}

TEST(Frame, OverTheLimitIsRefusedBeforeMemoryIsTaken) {
  Pair pair;
  FrameReader reader(Descriptors::refused, 10);
  ASSERT_EQ(::send(pair.one.get(), "\xff\xff\xff\xff", 4, 0), 4);
  EXPECT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::broken);
}

TEST(Frame, CarriesADescriptorToThoseWhoAcceptIt) {
  Pair pair;
  Pair passed;
  ASSERT_TRUE(send_frame(pair.one.get(), "take this", passed.other.get()));
  FrameReader reader(Descriptors::accepted);
  ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::complete);
  FileDescriptor got = reader.take_descriptor();
  ASSERT_TRUE(got);
  ASSERT_TRUE(send_frame(got.get(), "hello"));
  FrameReader inner(Descriptors::refused);
  EXPECT_EQ(inner.read(passed.one.get(), MSG_DONTWAIT), Progress::complete);
}

// The control message of another side, which passes what it likes.
void send_with_two_descriptors(int socket, const std::string& wire, int one, int other) {
  int both[] = {one, other};
  iovec part{const_cast<char*>(wire.data()), wire.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof both)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof both);
  std::memcpy(CMSG_DATA(header), both, sizeof both);
  ASSERT_EQ(::sendmsg(socket, &message, 0), static_cast<ssize_t>(wire.size()));
}

TEST(Frame, OfTwoDescriptorsNoneStaysOpenUnheld) {
  Pair pair, one, two;
  send_with_two_descriptors(pair.one.get(), std::string("\x01\0\0\0x", 5), one.other.get(), two.other.get());
  one.other.reset();
  two.other.reset();
  {
    FrameReader reader(Descriptors::accepted);
    ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::complete);
    EXPECT_TRUE(reader.take_descriptor());
  }
  char byte;
  EXPECT_EQ(::recv(one.one.get(), &byte, 1, MSG_DONTWAIT), 0) << "the first is still open somewhere";
  EXPECT_EQ(::recv(two.one.get(), &byte, 1, MSG_DONTWAIT), 0) << "the second is still open somewhere";
}

TEST(Frame, ADescriptorIsDroppedByThoseWhoRefuseIt) {
  Pair pair;
  Pair passed;
  ASSERT_TRUE(send_frame(pair.one.get(), "take this", passed.other.get()));
  passed.other.reset();
  FrameReader reader(Descriptors::refused);
  ASSERT_EQ(reader.read(pair.other.get(), MSG_DONTWAIT), Progress::complete);
  EXPECT_FALSE(reader.take_descriptor());
  char byte;
  EXPECT_EQ(::recv(passed.one.get(), &byte, 1, MSG_DONTWAIT), 0) << "the passed end is still open somewhere";
}

TEST(Frame, SendingToNobodyIsSaid) {
  Pair pair;
  pair.other.reset();
  EXPECT_FALSE(send_frame(pair.one.get(), "anyone?"));
}

}  // namespace
}  // namespace darkroom::runner
