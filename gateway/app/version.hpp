#pragma once
#include <string_view>

namespace gatehouse::app {
#ifndef GATEHOUSE_VERSION
#define GATEHOUSE_VERSION "0.1.0"
#endif
inline constexpr std::string_view kVersion = GATEHOUSE_VERSION;
}  // namespace gatehouse::app
