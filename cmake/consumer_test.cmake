# tests/consumer: installs the library into the build directory, builds a program against that copy with
# find_package(gatehouse), and runs it. What a user of the package would do.
if(NOT GATEHOUSE_INSTALL OR GATEHOUSE_SANITIZE OR NOT EXISTS "${PROJECT_SOURCE_DIR}/tests/consumer/CMakeLists.txt")
  return()
endif()
add_test(NAME package.consumer
  COMMAND ${CMAKE_COMMAND}
    "-DBUILD_DIR=${CMAKE_BINARY_DIR}" "-DSOURCE_DIR=${PROJECT_SOURCE_DIR}/tests/consumer"
    "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DLAUNCHER=${GATEHOUSE_CCACHE_PROGRAM}" "-DGENERATOR=${CMAKE_GENERATOR}"
    -P "${PROJECT_SOURCE_DIR}/cmake/run_consumer_test.cmake")
set_tests_properties(package.consumer PROPERTIES LABELS full TIMEOUT 300)
