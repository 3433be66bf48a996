// Bad behaviour on request, for the tests of crashes, limits and the wall: in test mode a child of the null engine obeys a text
// "darkroom-test:WHAT,WHAT" within the last 64 bytes of a photo, one after the other. Without test mode nothing looks for it.
//
//   segv abort fpe exit spin deaf-spin stop-answering memory lie hang-up   slow:MILLISECONDS   work:MILLISECONDS (of processor time)
//   call:NAME (a forbidden system call)
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace darkroom::runner {

struct LieToServer {  // thrown: to be sent in place of an answer
  std::string text;
};

// Returns when the photo holds no marker, or one whose behaviour has an end (slow, work; a call that was survived).
void obey_marker(std::span<const std::uint8_t> file);

}  // namespace darkroom::runner
