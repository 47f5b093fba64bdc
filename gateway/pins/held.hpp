#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace gatehouse::pins {

enum class Held : std::uint8_t { hidden, refused };

/// By server: tools that may not be called.
using HeldTools = std::map<std::string, std::map<std::string, Held, std::less<>>, std::less<>>;

}  // namespace gatehouse::pins
