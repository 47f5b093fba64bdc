# Third-party libraries. Everything comes from the distribution; names that differ between releases are unified here.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED) # headers only
find_package(OpenSSL 3.0 REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)

if(GATEHOUSE_BUILD_PROGRAMS OR GATEHOUSE_BUILD_TESTS OR GATEHOUSE_FUZZ)
  set(GATEHOUSE_BUILD_GATEWAY ON)
  find_package(spdlog CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(yaml-cpp CONFIG REQUIRED)
  find_path(GATEHOUSE_XXHASH_INCLUDE_DIR xxhash.h REQUIRED) # used inline, so there is nothing to link
  add_library(gatehouse_xxhash INTERFACE)
  add_library(gatehouse::xxhash ALIAS gatehouse_xxhash)
  target_include_directories(gatehouse_xxhash SYSTEM INTERFACE "${GATEHOUSE_XXHASH_INCLUDE_DIR}")
  find_path(GATEHOUSE_RE2_INCLUDE_DIR re2/re2.h REQUIRED) # not every release ships a CMake package
  find_library(GATEHOUSE_RE2_LIBRARY re2 REQUIRED)
  add_library(gatehouse_re2 INTERFACE)
  add_library(gatehouse::re2 ALIAS gatehouse_re2)
  target_include_directories(gatehouse_re2 SYSTEM INTERFACE "${GATEHOUSE_RE2_INCLUDE_DIR}")
  target_link_libraries(gatehouse_re2 INTERFACE "${GATEHOUSE_RE2_LIBRARY}")
  if(TARGET yaml-cpp::yaml-cpp) # 0.8 and newer
    add_library(gatehouse::yaml_cpp ALIAS yaml-cpp::yaml-cpp)
  else()
    add_library(gatehouse_yaml_cpp INTERFACE)
    target_link_libraries(gatehouse_yaml_cpp INTERFACE yaml-cpp)
    add_library(gatehouse::yaml_cpp ALIAS gatehouse_yaml_cpp)
  endif()
endif()

if(GATEHOUSE_BUILD_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()
