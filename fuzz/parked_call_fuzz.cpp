// Arbitrary orders of what servers, clients and clocks do to a parked call.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "gateway/bridge/parked_call_random_test.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gatehouse::bridge::test::RandomParkedCall call;
  const char* broken = call.run({data, size});
  if (!broken) return 0;
  std::fprintf(stderr, "%s\n", broken);
  std::abort();
}
