# Run by ctest, see consumer_test.cmake. In: BUILD_DIR, SOURCE_DIR, COMPILER, LAUNCHER, GENERATOR.
set(work "${BUILD_DIR}/consumer")
file(REMOVE_RECURSE "${work}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}\n${log}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install "${BUILD_DIR}" --prefix "${work}/prefix" --component development)
run(${CMAKE_COMMAND} -S "${SOURCE_DIR}" -B "${work}/build" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${work}/prefix"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build "${work}/build")

execute_process(
  COMMAND ${CMAKE_COMMAND} -E cat "${SOURCE_DIR}/requests.jsonl"
  COMMAND "${work}/build/consumer"
  RESULTS_VARIABLE codes OUTPUT_VARIABLE answers ERROR_VARIABLE log TIMEOUT 20)
if(NOT codes STREQUAL "0;0" OR NOT answers MATCHES "pong from an installed library")
  message(FATAL_ERROR "the consumer ended with ${codes}\n${answers}\n${log}")
endif()
