#include "http/read_buffer.h"

#include <cstring>

namespace darkroom::http {
namespace {

constexpr std::size_t kMostSpare = 16;
constexpr std::size_t kLargestKept = 16 * 1024;

}  // namespace

BufferPool::Block BufferPool::take() {
  ++in_use_;
  if (spare_.empty()) return BufferPool::Block(new char[kBufferBytes]);
  Block block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

void BufferPool::give_back(Block block) {
  --in_use_;
  if (spare_.size() < kMostSpare) spare_.push_back(std::move(block));
}

ReadBuffer::~ReadBuffer() { drop_block(); }

void ReadBuffer::drop_block() {
  if (capacity_ == kBufferBytes) pool_.give_back(std::move(block_));
  block_.reset();
  capacity_ = 0;
}

std::pair<char*, std::size_t> ReadBuffer::room() {
  std::size_t held = raw_end_ - raw_begin_;
  if (capacity_ != kBufferBytes) {
    auto block = pool_.take();
    if (held > 0) std::memcpy(block.get(), block_.get() + raw_begin_, held);
    drop_block();
    block_ = std::move(block);
    capacity_ = kBufferBytes;
    raw_begin_ = 0;
    raw_end_ = held;
  } else if (raw_begin_ > 0 && ready_begin_ == ready_end_ && (held == 0 || raw_end_ == capacity_)) {
    std::memmove(block_.get(), block_.get() + raw_begin_, held);
    raw_begin_ = 0;
    raw_end_ = held;
  }
  return {block_.get() + raw_end_, capacity_ - raw_end_};
}

void ReadBuffer::consume_raw(std::size_t bytes) { raw_begin_ += bytes; }

char* ReadBuffer::decode_target() {
  if (ready_begin_ == ready_end_) ready_begin_ = ready_end_ = raw_begin_;
  return block_.get() + ready_end_;
}

void ReadBuffer::decoded(std::size_t consumed, std::size_t produced) {
  ready_end_ += produced;
  raw_begin_ += consumed;
}

void ReadBuffer::clear_ready() { ready_begin_ = ready_end_ = 0; }

void ReadBuffer::settle() {
  if (capacity_ != kBufferBytes || ready_begin_ != ready_end_) return;
  std::size_t held = raw_end_ - raw_begin_;
  if (held > kLargestKept) return;
  BufferPool::Block small;
  if (held > 0) {
    small.reset(new char[held]);
    std::memcpy(small.get(), block_.get() + raw_begin_, held);
  }
  drop_block();
  block_ = std::move(small);
  capacity_ = held;
  raw_begin_ = 0;
  raw_end_ = held;
  clear_ready();
}

}  // namespace darkroom::http
