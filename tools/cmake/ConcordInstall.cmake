# What `cmake --install` writes besides the program and its libraries: headers, data and the package for find_package(concord).
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/concord)
get_property(CONCORD_CUDA_VERSION GLOBAL PROPERTY CONCORD_CUDA_VERSION)
get_property(CONCORD_PCL_VERSION GLOBAL PROPERTY CONCORD_PCL_VERSION)
get_property(CONCORD_OPEN3D_VERSION GLOBAL PROPERTY CONCORD_OPEN3D_VERSION)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/concordConfig.cmake.in ${PROJECT_BINARY_DIR}/concordConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/concordConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/concordConfig.cmake ${PROJECT_BINARY_DIR}/concordConfigVersion.cmake
  DESTINATION ${package})
install(EXPORT concordTargets NAMESPACE concord:: DESTINATION ${package})
install(DIRECTORY include/concord DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/concord PATTERN "*.tmp" EXCLUDE)
