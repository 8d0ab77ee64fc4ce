# SPDX-License-Identifier: Apache-2.0
# Run as a script: cmake -DDIST=ui/dist -DOUT=folder -P embed_ui.cmake
# Writes OUT/ui_assets.c, which takes every file of DIST into the program with .incbin, plain and gzipped.
file(GLOB_RECURSE files RELATIVE ${DIST} ${DIST}/*)
list(SORT files)
file(MAKE_DIRECTORY ${OUT})
set(source "/* Made by cmake/embed_ui.cmake from ui/dist. */\n#include \"api/ui_assets.h\"\n\n")
string(APPEND source "#define EMBED(label, path) __asm__(\".section .rodata\\n.balign 16\\n\" \\\n"
       "    \".global \" label \"_start\\n.hidden \" label \"_start\\n\" label \"_start:\\n.incbin \\\"\" path \"\\\"\\n\" \\\n"
       "    \".global \" label \"_end\\n.hidden \" label \"_end\\n\" label \"_end:\\n.byte 0\\n.previous\\n\")\n\n")
set(table "")
set(n 0)
foreach(file IN LISTS files)
  set(label "ui_asset_${n}")
  string(APPEND source "EMBED(\"${label}\", \"${DIST}/${file}\");\n"
         "extern const char ${label}_start[] __attribute__((visibility(\"hidden\")));\n"
         "extern const char ${label}_end[] __attribute__((visibility(\"hidden\")));\n")
  set(gzip "0, 0")
  if(file MATCHES "\\.(js|css|svg|html|txt|json)$" AND NOT file STREQUAL "index.html")
    set(packed "${OUT}/${label}.gz")
    execute_process(COMMAND gzip -9 -n -c ${DIST}/${file} OUTPUT_FILE ${packed} COMMAND_ERROR_IS_FATAL ANY)
    string(APPEND source "EMBED(\"${label}_gz\", \"${packed}\");\n"
           "extern const char ${label}_gz_start[] __attribute__((visibility(\"hidden\")));\n"
           "extern const char ${label}_gz_end[] __attribute__((visibility(\"hidden\")));\n")
    set(gzip "${label}_gz_start, ${label}_gz_end")
  endif()
  string(APPEND table "    { \"${file}\", ${label}_start, ${label}_end, ${gzip} },\n")
  math(EXPR n "${n} + 1")
endforeach()
string(APPEND source "\nconst UiAsset ui_assets[] = {\n${table}    { 0, 0, 0, 0, 0 },\n};\n\nconst size_t n_ui_assets = ${n};\n")
file(WRITE ${OUT}/ui_assets.c "${source}")
