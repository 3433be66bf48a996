// The handler answers where the pixels are there already, and leaves a note where they are not. The server asks once a job, so that just one of the
// two sides of a race speaks: the note is written before decoded() reads it, or the handler finds the stage changed.
#include "runner/process/progress.h"

#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"

#include <cerrno>
#include <csignal>
#include <string>

namespace darkroom::runner::progress {
namespace {

enum Stage { kDecoding, kDecoded, kOther };

// A signal handler has no other way to what it acts on than globals.
int answer_to = -1;
std::string answer;  // made beforehand: a handler may not allocate
volatile std::sig_atomic_t stage = kOther;
volatile std::sig_atomic_t asked = 0;

void say() {
  int kept = errno;
  send_frame(answer_to, answer);
  errno = kept;
}

void on_question(int) {
  if (stage == kDecoded) {
    say();
  } else {
    asked = 1;
  }
}

}  // namespace

void install(int socket) {
  answer_to = socket;
  answer = encode(ChildMessage(Decoded{}));
  struct sigaction action {};
  action.sa_handler = on_question;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR2, &action, nullptr);
}

void begin() {
  asked = 0;
  stage = kDecoding;
}

void decoded() {
  stage = kDecoded;
  if (asked != 0) say();
}

void answering() { stage = kOther; }

}  // namespace darkroom::runner::progress
