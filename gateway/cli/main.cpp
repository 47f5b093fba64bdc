#include <clocale>
#include <csignal>
#include <cstdio>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/output.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);                                           // a reader that leaves is no failure
  if (!std::setlocale(LC_CTYPE, "C.UTF-8")) std::setlocale(LC_CTYPE, "");  // for the width of characters
  return gatehouse::cli::checked_output(gatehouse::cli::run(argc, argv));
}
