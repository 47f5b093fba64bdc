# Headers that nearly every file includes are parsed once: this makes a cold build a third shorter. The lists name what most files use
# and nothing of ours, so editing the tree never rebuilds them. A file still includes what it uses: the fuzz preset and
# GATEHOUSE_PRECOMPILE=OFF compile without.
#
# gatehouse_precompiled(<target> [TESTS]): TESTS also has GoogleTest, and is for what only goes into programs.
function(gatehouse_precompiled target)
  if(NOT GATEHOUSE_PRECOMPILE)
    return()
  elseif("TESTS" IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM gatehouse_precompiled_tests)
    gatehouse_as_for_programs(${target})
  else()
    target_precompile_headers(${target} REUSE_FROM gatehouse_precompiled)
  endif()
endfunction()

# A precompiled header fits only where the same kind of code is made; CMake compiles programs with -fPIE, all else with -fPIC.
function(gatehouse_as_for_programs target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIE)
endfunction()

if(NOT GATEHOUSE_PRECOMPILE)
  return()
endif()

set(common_headers
  <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <deque> <expected> <functional> <map> <memory> <optional>
  <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <boost/container/small_vector.hpp> # in the value of JSON, which most files know
)
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/precompiled.cpp" CONTENT "// The headers come from the command line.\n")

add_library(gatehouse_precompiled OBJECT "${CMAKE_BINARY_DIR}/precompiled.cpp")
target_link_libraries(gatehouse_precompiled PRIVATE Boost::headers)
gatehouse_warnings(gatehouse_precompiled) # the compiler wants the same flags as where the header is used
target_precompile_headers(gatehouse_precompiled PRIVATE ${common_headers})

if(GATEHOUSE_BUILD_TESTS)
  add_library(gatehouse_precompiled_tests OBJECT "${CMAKE_BINARY_DIR}/precompiled.cpp")
  gatehouse_warnings(gatehouse_precompiled_tests)
  gatehouse_as_for_programs(gatehouse_precompiled_tests)
  target_link_libraries(gatehouse_precompiled_tests PRIVATE Boost::headers GTest::gmock)
  target_precompile_headers(gatehouse_precompiled_tests PRIVATE
    ${common_headers} <fstream> <gmock/gmock.h> <gtest/gtest.h> <random>)
endif()
