# Files as constants of the program.
#
# Included from a lists file it gives lanterne_embed(TARGET SYMBOL FILES...):
# the files, one after the other, become `const struct asset SYMBOL` of
# web/asset.h. Run as a script (-P) it writes that source file.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(LANTERNE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(lanterne_embed target symbol)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    set(files)
    foreach(file IN LISTS ARGN)
      list(APPEND files ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    endforeach()
    string(REPLACE ";" "|" joined "${files}")
    add_custom_command(OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -D "IN=${joined}" -D OUT=${out}
        -D SYMBOL=${symbol} -P ${LANTERNE_EMBED_SCRIPT}
      DEPENDS ${files} ${LANTERNE_EMBED_SCRIPT} VERBATIM)
    target_sources(${target} PRIVATE ${out})
  endfunction()
  return()
endif()

# Hexadecimal digits (64 of them) to base64, as a CSP hash source wants it.
function(base64_of hex out)
  set(alphabet
    ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(result)
  foreach(at RANGE 0 60 6)
    string(SUBSTRING "${hex}00" ${at} 6 group)
    math(EXPR bits "0x${group}")
    foreach(shift 18 12 6 0)
      math(EXPR digit "(${bits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${digit} 1 digit)
      string(APPEND result ${digit})
    endforeach()
  endforeach()
  string(SUBSTRING "${result}" 0 43 result) # 256 bits are 43 digits
  set(${out} "${result}=" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" files "${IN}")
set(content)
set(plain)
foreach(file IN LISTS files)
  file(READ ${file} hex HEX)
  string(APPEND content "${hex}")
endforeach()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${content}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n\t"
  bytes "${bytes}")
string(LENGTH "${content}" digits)
math(EXPR length "${digits} / 2")

# The digest is of the bytes as they are served; one file, or several joined.
set(joined ${OUT}.bin)
file(WRITE ${joined} "")
list(LENGTH files count)
if(count EQUAL 1)
  file(SHA256 ${files} digest)
else()
  execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${files}
    OUTPUT_FILE ${joined} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${joined} digest)
endif()
file(REMOVE ${joined})
base64_of(${digest} csp)
string(SUBSTRING ${digest} 0 16 version)

file(WRITE ${OUT} "/* Made by scripts/cmake/EmbedFile.cmake. */
#include \"web/asset.h\"

static const unsigned char content[] = {
\t${bytes}0
};

const struct asset ${SYMBOL} = {
\t.data = (const char *)content,
\t.len = ${length},
\t.version = \"${version}\",
\t.style_source = \"'sha256-${csp}'\",
};
")
