// error: deleted
// A Context ends with its request: a handler cannot keep a copy.
#include <gatehouse/server/context.hpp>

void handler(gatehouse::server::Context& context) {
#ifdef GATEHOUSE_MISUSE
  auto kept = context;
#else
  auto& kept = context;
#endif
  kept.progress(1);
}
