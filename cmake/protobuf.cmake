# SPDX-License-Identifier: Apache-2.0
# C structs and descriptors of api/**/*.proto, made by protobuf-c into the build folder.
find_program(PROTOC_C protoc-c REQUIRED)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET GLOBAL libprotobuf-c)

file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/api ${CMAKE_SOURCE_DIR}/api/*.proto)
set(api_gen ${CMAKE_BINARY_DIR}/api)
set(api_sources)
foreach(proto IN LISTS protos)
  string(REGEX REPLACE "\\.proto$" ".pb-c" stem ${proto})
  add_custom_command(
    OUTPUT ${api_gen}/${stem}.c ${api_gen}/${stem}.h
    COMMAND ${PROTOC_C} -I${CMAKE_SOURCE_DIR}/api --c_out=${api_gen} ${proto}
    DEPENDS ${CMAKE_SOURCE_DIR}/api/${proto}
    VERBATIM)
  list(APPEND api_sources ${api_gen}/${stem}.c)
endforeach()
file(MAKE_DIRECTORY ${api_gen})
add_library(api_messages STATIC ${api_sources})
target_include_directories(api_messages SYSTEM PUBLIC ${api_gen})
target_link_libraries(api_messages PUBLIC PkgConfig::PROTOBUF_C)
