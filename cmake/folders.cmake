# gatehouse_folder(<name> ROOT src|gateway [DEPS <folder>...] [PUBLIC <target>...] [PRIVATE <target>...]
#                 [DEFINE <macro>...] [SUPPORT])
#
# One folder is one static library gatehouse_<name> (an INTERFACE library while it holds headers only) and, when it has
# *_test.cpp files, one test program <name>_test. Sources are found by pattern, so a new file needs no edit here. A folder
# that does not exist yet is skipped, and so is a dependency on it.
#   DEPS            other folders, public to whoever uses this one
#   PUBLIC/PRIVATE  third-party targets
#   DEFINE          macros of this folder and everybody who uses it
#   SUPPORT         the tests of this folder use tests/support
function(gatehouse_folder name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SUPPORT" "ROOT" "DEPS;PUBLIC;PRIVATE;DEFINE")
  set(dir "${PROJECT_SOURCE_DIR}/${arg_ROOT}/${name}")
  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${dir}/*.hpp" "${PROJECT_SOURCE_DIR}/include/gatehouse/${name}/*.hpp")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  if(arg_ROOT STREQUAL "gateway" AND NOT GATEHOUSE_BUILD_GATEWAY)
    return()
  elseif(NOT sources AND NOT headers)
    return()
  endif()

  set(target gatehouse_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    gatehouse_warnings(${target})
    gatehouse_precompiled(${target})
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_compile_definitions(${target} PRIVATE GATEHOUSE_VERSION="${PROJECT_VERSION}")
    set(public PUBLIC)
    set(private PRIVATE)
  else()
    add_library(${target} INTERFACE)
    set(public INTERFACE)
    set(private INTERFACE)
  endif()
  target_compile_features(${target} ${public} cxx_std_23)
  target_compile_definitions(${target} ${public} ${arg_DEFINE})
  target_link_libraries(${target} ${public} ${arg_PUBLIC} ${private} ${arg_PRIVATE})
  foreach(dep IN LISTS arg_DEPS)
    if(TARGET gatehouse_${dep})
      target_link_libraries(${target} ${public} gatehouse_${dep})
    endif()
  endforeach()

  if(arg_ROOT STREQUAL "gateway")
    target_include_directories(${target} ${public} "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
    set_property(GLOBAL APPEND PROPERTY GATEHOUSE_GATEWAY_FOLDERS ${target})
  else()
    target_include_directories(${target} ${public}
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>")
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    set_property(GLOBAL APPEND PROPERTY GATEHOUSE_LIBRARY_FOLDERS ${target})
  endif()
  if(tests)
    set_property(GLOBAL APPEND PROPERTY GATEHOUSE_TESTED_FOLDERS ${name})
    set_property(GLOBAL PROPERTY GATEHOUSE_TESTS_OF_${name} ${tests})
    set_property(GLOBAL PROPERTY GATEHOUSE_SUPPORT_OF_${name} ${arg_SUPPORT})
  endif()
endfunction()

# gatehouse::gatehouse, the whole library: what a program links that writes or calls an MCP server.
function(gatehouse_umbrella)
  get_property(folders GLOBAL PROPERTY GATEHOUSE_LIBRARY_FOLDERS)
  add_library(gatehouse_library INTERFACE)
  add_library(gatehouse::gatehouse ALIAS gatehouse_library)
  set_target_properties(gatehouse_library PROPERTIES EXPORT_NAME gatehouse)
  target_link_libraries(gatehouse_library INTERFACE ${folders})
endfunction()
