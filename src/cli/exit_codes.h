// What the program's exit status means; part of its contract.
#pragma once

namespace darkroom::cli {

enum ExitCode {
  kOk = 0,
  kFailure = 1,      // it did not work, or a job failed
  kUsage = 2,        // the command line cannot be understood, by us or by the server
  kNotFound = 3,     // no such image, job, batch, queue, model, user or file
  kConflict = 4,     // the present state does not allow it
  kUnreachable = 5,  // no server answers
};

}  // namespace darkroom::cli
