// Arguments in, exit code out; what is thrown this far is told in one line.
#include "cli/command_line.h"
#include "cli/exit_codes.h"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  try {
    return darkroom::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "darkroom: " << error.what() << "\n";
    return darkroom::cli::kFailure;
  }
}
