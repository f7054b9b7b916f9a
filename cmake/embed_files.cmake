# Files that travel inside the binary, as a table of base/embedded.h.
#
#   palabre_embed(TARGET TABLE FOLDER PATTERN...)
#
# adds to TARGET a generated source that defines `const struct embedded_file TABLE[]`: the files under FOLDER that match a
# PATTERN, named by their path below FOLDER, in the order of their names, closed by an entry without a name.
#
#   palabre_embed(palabre_cli demo_files demo *.json pictures/*.webp)
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(arrays "")
  set(rows "")
  set(number 0)
  foreach(file IN LISTS FILES)
    file(READ ${FOLDER}/${file} hex HEX)
    file(SIZE ${FOLDER}/${file} size)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    # A zero behind the last byte, so that a text may be read as a string; `size` does not count it.
    string(APPEND arrays "static const unsigned char file_${number}[] = {${bytes}0x00};\n")
    string(APPEND rows "    {\"${file}\", file_${number}, ${size}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE ${OUTPUT} "/* Made by cmake/embed_files.cmake. */\n#include \"base/embedded.h\"\n\n${arrays}\n"
    "extern const struct embedded_file ${TABLE}[];\nconst struct embedded_file ${TABLE}[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
  return()
endif()

set(palabre_embed_script ${CMAKE_CURRENT_LIST_FILE})

function(palabre_embed target table folder)
  set(base ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  list(TRANSFORM ARGN PREPEND ${base}/ OUTPUT_VARIABLE patterns)
  file(GLOB files RELATIVE ${base} CONFIGURE_DEPENDS ${patterns})
  list(SORT files)
  list(TRANSFORM files PREPEND ${base}/ OUTPUT_VARIABLE paths)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/generated/${table}.c)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DTABLE=${table} -DFOLDER=${base} "-DFILES=${files}" -P ${palabre_embed_script}
    DEPENDS ${paths} ${palabre_embed_script} VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
