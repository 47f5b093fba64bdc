# tests/must_not_compile/*.cpp: each file compiles as it stands and has to fail once GATEHOUSE_MISUSE is defined, with a
# message that matches the file's first line, `// error: <regular expression>`.
file(GLOB misuse_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/must_not_compile/*.cpp")
if(NOT misuse_sources)
  return()
endif()
foreach(source IN LISTS misuse_sources)
  get_filename_component(stem "${source}" NAME_WE)
  add_test(NAME must_not_compile.${stem}
    COMMAND ${CMAKE_COMMAND}
      "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DSOURCE=${source}"
      "-DFLAGS=-std=c++23 -fsyntax-only -Werror=unused-result -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}"
      -P "${PROJECT_SOURCE_DIR}/cmake/run_misuse_test.cmake")
  set_tests_properties(must_not_compile.${stem} PROPERTIES LABELS full TIMEOUT 120)
endforeach()
