# Writes the Redis functions as one C array: OUTPUT, SOURCES (in the order of their names, as they are loaded). Each file but
# the library is a block of its own: a chunk of Lua holds 200 local names, and what is one file's is nobody else's.
list(SORT SOURCES)
set(text "")
foreach(source IN LISTS SOURCES)
  file(READ ${source} hex HEX)
  if(NOT source MATCHES "/00_library\\.lua$")
    set(hex "646f0a${hex}656e640a") # do ... end
  endif()
  string(APPEND text "${hex}")
endforeach()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${text}")
file(WRITE ${OUTPUT} "/* Made from src/store/lua by cmake/embed_lua.cmake. */\n"
  "static const unsigned char functions_lua[] = {${bytes}0x00};\n")
