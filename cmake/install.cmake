# cmake --install build/release --prefix DIR. Components: runtime (the gateway), development (headers, libraries, package).
if(NOT GATEHOUSE_INSTALL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TARGET gatehouse)
  install(TARGETS gatehouse RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
endif()
get_property(library_folders GLOBAL PROPERTY GATEHOUSE_LIBRARY_FOLDERS)
install(TARGETS gatehouse_library ${library_folders} EXPORT gatehouse-targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/gatehouse" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  COMPONENT development FILES_MATCHING PATTERN "*.hpp")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gatehouse")
install(EXPORT gatehouse-targets NAMESPACE gatehouse:: DESTINATION "${package_dir}" COMPONENT development)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/gatehouse-config.cmake.in"
  "${CMAKE_BINARY_DIR}/package/gatehouse-config.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/package/gatehouse-config-version.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/package/gatehouse-config.cmake"
  "${CMAKE_BINARY_DIR}/package/gatehouse-config-version.cmake"
  DESTINATION "${package_dir}" COMPONENT development)
