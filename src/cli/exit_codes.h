// What the program's exit status means; part of its contract.
#pragma once

namespace darkroom::cli {

enum ExitCode {
  kOk = 0,
  kFailure = 1,      // it did not work, or a job failed
  kUsage = 2,        // the command line cannot be understood
  kNotFound = 3,     // no such image, job, user or file
  kConflict = 4,     // the present state does not allow it
  kUnreachable = 5,  // no server answers
};

}  // namespace darkroom::cli
