// What a connection has read and not used yet. A buffer is large only while bytes move: a connection that waits holds just
// the bytes it has, so that thousands of slow clients cost little memory. Used on the I/O thread; a piece handed to the
// pool stays untouched until it comes back.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::http {

inline constexpr std::size_t kPieceBytes = 128 * 1024;
inline constexpr std::size_t kBufferBytes = kPieceBytes + 16 * 1024;  // a header and a whole piece fit together

// Keeps some large blocks, so that the kernel need not map and unmap them for each request.
class BufferPool {
 public:
  using Block = std::unique_ptr<char[]>;
  Block take();
  void give_back(Block block);
  std::size_t in_use() const { return in_use_; }

 private:
  std::vector<Block> spare_;
  std::size_t in_use_ = 0;
};

// Holds [ready: decoded body][gap][raw: not yet decoded][room].
class ReadBuffer {
 public:
  explicit ReadBuffer(BufferPool& pool) : pool_(pool) {}
  ~ReadBuffer();
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  std::string_view raw() const { return {block_.get() + raw_begin_, raw_end_ - raw_begin_}; }
  std::string_view ready() const { return {block_.get() + ready_begin_, ready_end_ - ready_begin_}; }

  // Where to read into next; empty if the block is full. Takes a large block when there is none.
  std::pair<char*, std::size_t> room();
  void added(std::size_t bytes) { raw_end_ += bytes; }
  void consume_raw(std::size_t bytes);
  // Where decoded bytes go: behind those that are ready.
  char* decode_target();
  void decoded(std::size_t consumed, std::size_t produced);
  void clear_ready();
  // Before a wait: gives the large block back and keeps a copy of the raw bytes if they are few. Not while bytes are ready.
  void settle();

 private:
  void drop_block();

  BufferPool& pool_;
  BufferPool::Block block_;
  std::size_t capacity_ = 0;
  std::size_t ready_begin_ = 0;
  std::size_t ready_end_ = 0;
  std::size_t raw_begin_ = 0;
  std::size_t raw_end_ = 0;
};

}  // namespace darkroom::http
