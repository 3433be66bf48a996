// Frames on a Unix stream socket: four bytes of length (little endian), then that many bytes of a message. A file descriptor may ride on
// a frame. Both sides bound what they accept, and the server reads without blocking, since a runner may stop in the middle.
#pragma once

#include "base/file_descriptor.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace darkroom::runner {

// Room for 10,000 objects with masks of the usual grid (160 x 160 cells, about a kilobyte each), or for a picture of 4096 x 4096 pixels.
inline constexpr std::uint32_t kLargestFrame = 16 * 1024 * 1024;

// Sends one frame whole, with `passed` (a descriptor that stays the caller's) unless it is -1. False when the other side is gone or
// does not read within the socket's send timeout.
bool send_frame(int socket, std::string_view body, int passed = -1);

enum class Descriptors { refused, accepted };  // refused: the kernel discards what the other side passes; accepted: one a frame, others are closed

// Collects one frame after another from a socket.
class FrameReader {
 public:
  enum class Progress { complete, more, closed, broken };  // broken: longer than allowed, or the socket failed

  explicit FrameReader(Descriptors descriptors, std::uint32_t largest = kLargestFrame);

  // Reads what there is. `flags` as recvmsg takes them: 0 blocks until something came, MSG_DONTWAIT never does (answers `more`).
  // After `complete`, take the body (and the descriptor) before the next call.
  Progress read(int socket, int flags);
  std::string take_body();
  FileDescriptor take_descriptor() { return std::move(passed_); }

 private:
  Progress receive(int socket, int flags, char* to, std::size_t size);

  Descriptors descriptors_;
  std::uint32_t largest_;
  unsigned char length_[4] = {};
  std::size_t have_length_ = 0;  // bytes of length_ that have come
  std::string body_;
  std::size_t have_body_ = 0;
  FileDescriptor passed_;
};

}  // namespace darkroom::runner
