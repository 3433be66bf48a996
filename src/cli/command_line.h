// The command line: words to a command, a command to an exit code.
#pragma once

namespace darkroom::cli {

int run(int argc, char** argv);

}  // namespace darkroom::cli
