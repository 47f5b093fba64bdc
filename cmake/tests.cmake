# One GoogleTest program per folder with tests, the suites under tests/, and the tests of the package itself.
# Labels: quick (all of them under a minute together), full (starts programs or builds something), soak (on request only).
# Test programs run in the root of the source tree; programs under test lie beside them (/proc/self/exe).
if(NOT GATEHOUSE_BUILD_TESTS)
  return()
endif()
enable_testing()
include(GoogleTest)

get_property(library_folders GLOBAL PROPERTY GATEHOUSE_LIBRARY_FOLDERS)
get_property(gateway_folders GLOBAL PROPERTY GATEHOUSE_GATEWAY_FOLDERS)
file(GLOB support_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
list(FILTER support_sources EXCLUDE REGEX "_test\\.cpp$")
if(support_sources)
  add_library(gatehouse_test_support STATIC ${support_sources})
  gatehouse_warnings(gatehouse_test_support)
  gatehouse_precompiled(gatehouse_test_support TESTS)
  target_include_directories(gatehouse_test_support PUBLIC "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(gatehouse_test_support PUBLIC ${library_folders} GTest::gmock)
endif()

# gatehouse_test_program(<name> LABEL quick|full|soak TIMEOUT <seconds> SOURCES <file>... LINK <target>...)
function(gatehouse_test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  gatehouse_warnings(${name})
  gatehouse_precompiled(${name} TESTS)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(${name} PRIVATE GATEHOUSE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    TEST_PREFIX "${name}."
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
  )
endfunction()

get_property(tested GLOBAL PROPERTY GATEHOUSE_TESTED_FOLDERS)
foreach(folder IN LISTS tested)
  get_property(sources GLOBAL PROPERTY GATEHOUSE_TESTS_OF_${folder})
  get_property(wants_support GLOBAL PROPERTY GATEHOUSE_SUPPORT_OF_${folder})
  set(link gatehouse_${folder})
  if(wants_support AND TARGET gatehouse_test_support)
    list(APPEND link gatehouse_test_support)
  endif()
  gatehouse_test_program(${folder}_test LABEL quick TIMEOUT 60 SOURCES ${sources} LINK ${link})
endforeach()

# tests/<suite>/*.cpp sees everything. integration and chaos start the real binary.
set(everything ${gateway_folders} ${library_folders})
if(TARGET gatehouse_test_support)
  list(PREPEND everything gatehouse_test_support)
endif()
foreach(suite IN ITEMS support golden spec integration chaos)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${suite}/*.cpp")
  set(label quick)
  set(timeout 60)
  if(suite STREQUAL "support") # the helpers' own tests
    list(FILTER sources INCLUDE REGEX "_test\\.cpp$")
  elseif(suite MATCHES "integration|chaos")
    set(label full)
    set(timeout 180)
  endif()
  gatehouse_test_program(${suite}_test LABEL ${label} TIMEOUT ${timeout} SOURCES ${sources} LINK ${everything})
  if(suite MATCHES "integration|chaos" AND TARGET ${suite}_test AND TARGET gatehouse)
    add_dependencies(${suite}_test gatehouse)
  endif()
endforeach()

include(script_tests)
include(misuse_tests)
include(consumer_test)
