# SPDX-License-Identifier: Apache-2.0
# Run as a script: cmake -DNAME=ui -DFOLDER=ui/dist -DOUT=folder [-DGZIP=ON] -P embed.cmake
# Writes OUT/NAME_files.c with the table NAME_files[] (base/embedded.h) of every file below FOLDER, taken into
# the program with .incbin, and gzipped beforehand when GZIP is on and the file is text.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(FILTER files EXCLUDE REGEX "(^|/)(node_modules|__pycache__|\\.git)/")
list(SORT files)
file(MAKE_DIRECTORY ${OUT})
set(source "/* Made by cmake/embed.cmake. */\n#include \"base/embedded.h\"\n\n")
string(APPEND source "#define EMBED(label, path) __asm__(\".section .rodata\\n.balign 16\\n\" \\\n"
       "    \".global \" label \"_start\\n.hidden \" label \"_start\\n\" label \"_start:\\n.incbin \\\"\" path \"\\\"\\n\" \\\n"
       "    \".global \" label \"_end\\n.hidden \" label \"_end\\n\" label \"_end:\\n.byte 0\\n.previous\\n\")\n\n")
set(table "")
set(n 0)
function(declare label path)
  string(APPEND source "EMBED(\"${label}\", \"${path}\");\n"
         "extern const char ${label}_start[] __attribute__((visibility(\"hidden\")));\n"
         "extern const char ${label}_end[] __attribute__((visibility(\"hidden\")));\n")
  set(source "${source}" PARENT_SCOPE)
endfunction()
foreach(file IN LISTS files)
  set(label "${NAME}_file_${n}")
  declare(${label} ${FOLDER}/${file})
  set(gzip "0, 0")
  if(GZIP AND file MATCHES "\\.(js|css|svg|txt|json)$")
    execute_process(COMMAND gzip -9 -n -c ${FOLDER}/${file} OUTPUT_FILE ${OUT}/${label}.gz COMMAND_ERROR_IS_FATAL ANY)
    declare(${label}_gz ${OUT}/${label}.gz)
    set(gzip "${label}_gz_start, ${label}_gz_end")
  endif()
  string(APPEND table "    { \"${file}\", ${label}_start, ${label}_end, ${gzip} },\n")
  math(EXPR n "${n} + 1")
endforeach()
string(APPEND source "\nextern const EmbeddedFile ${NAME}_files[];\nextern const size_t n_${NAME}_files;\n"
       "const EmbeddedFile ${NAME}_files[] = {\n${table}    { 0, 0, 0, 0, 0 },\n};\n"
       "const size_t n_${NAME}_files = ${n};\n")
file(WRITE ${OUT}/${NAME}_files.c "${source}")
