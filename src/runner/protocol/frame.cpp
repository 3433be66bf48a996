// sendmsg and recvmsg with an optional SCM_RIGHTS message.
#include "runner/protocol/frame.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace darkroom::runner {
namespace {

using Control = char[CMSG_SPACE(sizeof(int))];

void attach(msghdr& message, Control& control, int descriptor) {
  std::memset(&control, 0, sizeof control);
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
}

// The first of those that came. Room for one is rounded up and may hold two: whatever the kernel has put there is open here, and closed unless wanted.
FileDescriptor detach(msghdr& message) {
  FileDescriptor first;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= header->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, reinterpret_cast<const char*>(header) + at, sizeof(int));
      FileDescriptor descriptor(number);
      if (!first) first = std::move(descriptor);
    }
  }
  return first;
}

bool send_rest(int socket, iovec* parts, std::size_t count) {
  while (count > 0) {
    if (parts->iov_len == 0) {
      ++parts;
      --count;
      continue;
    }
    ssize_t sent = ::send(socket, parts->iov_base, parts->iov_len, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    parts->iov_base = static_cast<char*>(parts->iov_base) + sent;
    parts->iov_len -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

bool send_frame(int socket, std::string_view body, int passed) {
  auto size = static_cast<std::uint32_t>(body.size());
  unsigned char length[4];
  for (int i = 0; i < 4; ++i) length[i] = static_cast<unsigned char>(size >> (8 * i));
  iovec parts[2] = {{length, sizeof length}, {const_cast<char*>(body.data()), body.size()}};

  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  Control control;
  if (passed >= 0) attach(message, control, passed);

  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent <= 0) return false;
  for (iovec& part : parts) {
    std::size_t gone = std::min(part.iov_len, static_cast<std::size_t>(sent));
    part.iov_base = static_cast<char*>(part.iov_base) + gone;
    part.iov_len -= gone;
    sent -= static_cast<ssize_t>(gone);
  }
  return send_rest(socket, parts, 2);
}

FrameReader::FrameReader(Descriptors descriptors, std::uint32_t largest) : descriptors_(descriptors), largest_(largest) {}

FrameReader::Progress FrameReader::receive(int socket, int flags, char* to, std::size_t size) {
  iovec part{to, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  Control control;
  if (descriptors_ == Descriptors::accepted) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  ssize_t got = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return Progress::more;
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return Progress::closed;
  if (got < 0) return Progress::broken;
  if (descriptors_ == Descriptors::accepted) {
    if (FileDescriptor descriptor = detach(message)) passed_ = std::move(descriptor);
  }
  (have_length_ < sizeof length_ ? have_length_ : have_body_) += static_cast<std::size_t>(got);
  return Progress::complete;
}

FrameReader::Progress FrameReader::read(int socket, int flags) {
  while (have_length_ < sizeof length_) {
    auto* to = reinterpret_cast<char*>(length_) + have_length_;
    if (Progress progress = receive(socket, flags, to, sizeof length_ - have_length_); progress != Progress::complete) return progress;
    if (have_length_ < sizeof length_) continue;
    std::uint32_t size = 0;
    for (int i = 0; i < 4; ++i) size |= static_cast<std::uint32_t>(length_[i]) << (8 * i);
    if (size > largest_) return Progress::broken;
    body_.resize(size);
    have_body_ = 0;
  }
  while (have_body_ < body_.size()) {
    if (Progress progress = receive(socket, flags, body_.data() + have_body_, body_.size() - have_body_); progress != Progress::complete) {
      return progress;
    }
  }
  return Progress::complete;
}

std::string FrameReader::take_body() {
  have_length_ = 0;
  return std::move(body_);
}

}  // namespace darkroom::runner
