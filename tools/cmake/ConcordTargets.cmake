# Compiler settings and the two functions that every folder uses.

add_library(concord_options INTERFACE)
target_compile_features(concord_options INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_include_directories(concord_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set(warnings -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wno-restrict -Wno-missing-field-initializers)
target_compile_options(concord_options INTERFACE
  $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:${warnings} -ffp-contract=off>>)
if(CONCORD_SANITIZE)
  target_compile_options(concord_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer>)
  # Under a sanitizer Eigen would allocate otherwise than in PCL, which frees what it did not allocate.
  target_compile_definitions(concord_options INTERFACE EIGEN_MALLOC_ALREADY_ALIGNED=1)
  target_link_options(concord_options INTERFACE -fsanitize=address,undefined)
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

find_program(CONCORD_CCACHE ccache)
if(CONCORD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CONCORD_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CONCORD_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CONCORD_CCACHE})
endif()

# concord_install(NAME...): part of the installed package as concord::NAME (find_package(concord), tools/cmake/package).
function(concord_install)
  foreach(name IN LISTS ARGN)
    set_target_properties(concord_${name} PROPERTIES EXPORT_NAME ${name})
    install(TARGETS concord_${name} EXPORT concordTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endforeach()
endfunction()
concord_install(options)

# concord_library(NAME [PUBLIC dep...] [PRIVATE dep...]): a static library of every .cpp below the current folder that
# belongs to no subfolder with a CMakeLists.txt of its own. Alias concord::NAME.
function(concord_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLIC;PRIVATE;SOURCES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE nested ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(file IN LISTS nested)
    get_filename_component(folder ${file} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  if(NOT sources AND NOT arg_SOURCES)
    add_library(concord_${name} INTERFACE)
    add_library(concord::${name} ALIAS concord_${name})
    target_link_libraries(concord_${name} INTERFACE concord_options ${arg_PUBLIC})
    return()
  endif()
  add_library(concord_${name} STATIC ${sources} ${arg_SOURCES})
  add_library(concord::${name} ALIAS concord_${name})
  target_link_libraries(concord_${name} PUBLIC concord_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  concord_install(${name})
endfunction()

# concord_test(NAME SOURCES... LIBRARIES ... [LABEL ci|campaign]): one GoogleTest program, one ctest entry.
function(concord_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES")
  if(NOT arg_LABEL)
    set(arg_LABEL ci)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE concord_options ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "CONCORD_SOURCE_DIR=${PROJECT_SOURCE_DIR};CONCORD_BINARY=$<TARGET_FILE:concord>")
endfunction()
