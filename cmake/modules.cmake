# SPDX-License-Identifier: Apache-2.0
# Each folder of src/ is one static library, so that target_link_libraries mirrors the allowed includes.
find_package(PkgConfig REQUIRED)

# flameline_module(NAME DEPS module... PACKAGES pkg-config-name... LIBS library...)
function(flameline_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;PACKAGES;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(NOT sources)
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${name} STATIC ${sources})
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:C>:${FLAMELINE_WARNINGS}>)
    set(scope PUBLIC)
  endif()
  target_include_directories(${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} ${scope} ${ARG_DEPS} ${ARG_LIBS})
  foreach(package IN LISTS ARG_PACKAGES)
    string(MAKE_C_IDENTIFIER "PC_${package}" id)
    pkg_check_modules(${id} REQUIRED IMPORTED_TARGET GLOBAL ${package})
    target_link_libraries(${name} ${scope} PkgConfig::${id})
  endforeach()
endfunction()

# flameline_embed(TARGET NAME FOLDER [GZIP]): every file below FOLDER becomes part of the module TARGET.
function(flameline_embed target name folder)
  set(out ${CMAKE_BINARY_DIR}/embed)
  file(GLOB_RECURSE depends CONFIGURE_DEPENDS ${folder}/*)
  list(FILTER depends EXCLUDE REGEX "/(node_modules|__pycache__)/")
  set(gzip OFF)
  if("GZIP" IN_LIST ARGN)
    set(gzip ON)
  endif()
  add_custom_command(
    OUTPUT ${out}/${name}_files.c
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DFOLDER=${folder} -DOUT=${out} -DGZIP=${gzip}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed.cmake ${depends}
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${name}_files.c)
endfunction()
