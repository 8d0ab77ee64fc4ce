# SPDX-License-Identifier: Apache-2.0
# Language level and warnings of all our code. Flavours (optimisation, sanitizers) are presets.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-fno-common -fvisibility=hidden -pthread)
add_link_options(-pthread)

option(FLAMELINE_WERROR "treat warnings as errors (CI does, a user's build does not)" OFF)
option(ARENA_MALLOC "one malloc per arena allocation, for sanitizers" OFF)
if(ARENA_MALLOC)
  add_compile_definitions(ARENA_MALLOC)
endif()

set(FLAMELINE_WARNINGS
    -Wall -Wextra -Wshadow -Wvla -Wundef -Wformat=2 -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align
    -Wpointer-arith -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wredundant-decls -Wnested-externs -Wimplicit-fallthrough -Wswitch-enum -Wdouble-promotion
    -Wnull-dereference -Wfloat-equal -Wdate-time)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND FLAMELINE_WARNINGS -Wformat-signedness -Wlogical-op -Wduplicated-cond -Wduplicated-branches
       -Warith-conversion -Walloca -Wcast-align=strict -Wstringop-overflow=4 -Wno-format-truncation)
else()
  list(APPEND FLAMELINE_WARNINGS -Wthread-safety -Wcomma -Wconditional-uninitialized -Wshift-sign-overflow
       -Wextra-semi -Wno-gnu-statement-expression -Wno-cast-qual) # protobuf-c's INIT macros cast const away
endif()
if(FLAMELINE_WERROR)
  list(APPEND FLAMELINE_WARNINGS -Werror)
endif()
