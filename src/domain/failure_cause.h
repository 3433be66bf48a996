// What failures have in common: messages without what differs from one to the next, and the key by which those of one cause are counted and retried together.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace darkroom::domain {

// The message with # in place of each number, UUID, hash and list of numbers ("took longer than 30 s" and "... 45 s" are one cause), at most 300 bytes of it.
std::string without_particulars(std::string_view message);

// 16 hex digits, the same for all errors of this code whose messages differ in nothing but particulars. It is stored: what it is made of cannot change.
std::string cause_of(const Error& error);

}  // namespace darkroom::domain
