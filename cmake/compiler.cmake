# Compiler, linker and warning flags.
include(CheckCXXSourceCompiles)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}") # build/release/gatehouse, not a path to remember
endif()

if(GATEHOUSE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(GATEHOUSE_CCACHE_PROGRAM ccache)
  if(GATEHOUSE_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${GATEHOUSE_CCACHE_PROGRAM}")
    if(GATEHOUSE_PRECOMPILE) # without these, ccache passes by what uses a precompiled header
      list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros")
      add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
  endif()
endif()

if(GATEHOUSE_FAST_LINKER)
  find_program(GATEHOUSE_MOLD mold)
  find_program(GATEHOUSE_LLD NAMES ld.lld)
  if(GATEHOUSE_MOLD)
    add_link_options(-fuse-ld=mold)
  elseif(GATEHOUSE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

# Paths in binaries are relative: builds are reproducible and the compiler cache works across build directories.
add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=${CMAKE_BINARY_DIR}=.")

if(GATEHOUSE_SANITIZE)
  add_compile_options("-fsanitize=${GATEHOUSE_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${GATEHOUSE_SANITIZE}")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC cannot see through its own instrumentation here, and Asio's fences are known to be unsupported by TSan.
    add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()

if(GATEHOUSE_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(LANGUAGES CXX)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

# Clang before 19 hides std::expected of libstdc++; libc++ has no std::move_only_function. Say so here, not in 300 errors.
check_cxx_source_compiles("
  #include <expected>
  #include <functional>
  int main() {
    std::expected<int, long> value{0};
    std::move_only_function<int()> call{[] { return 0; }};
    return *value + call();
  }" GATEHOUSE_STANDARD_LIBRARY_IS_NEW_ENOUGH)
if(NOT GATEHOUSE_STANDARD_LIBRARY_IS_NEW_ENOUGH)
  message(FATAL_ERROR
    "The compiler or its standard library lacks std::expected or std::move_only_function. "
    "Use GCC 12 or newer, or Clang 19 or newer with GCC's libstdc++ 12 or newer.")
endif()

# The warnings of our own code; private, so users of the library are not bothered.
function(gatehouse_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Woverloaded-virtual -Wcast-qual
    -Wimplicit-fallthrough -Wundef
    -Wno-missing-field-initializers # option structs are written with designated initialisers
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict> # -Wrestrict misfires in GCC 12's std::string
    $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
    $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> # std::stable_sort of libstdc++ 12 uses a deprecated buffer
    $<$<BOOL:${GATEHOUSE_WERROR}>:-Werror>
  )
endfunction()
