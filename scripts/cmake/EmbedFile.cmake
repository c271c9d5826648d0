# Files as constants of the program.
#
# Included from a lists file it gives lanterne_embed(TARGET SYMBOL FILES...):
# the files, one after the other, become `const struct asset SYMBOL` of
# web/asset.h, an empty one where there are none; and
# lanterne_languages(TARGET FOLDER): each catalogue CODE.po of the folder becomes
# `const struct language language_CODE`, and the list of all is
# languages_list.h. Run as a script (-P) it writes such a source file.

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

  function(lanterne_languages target folder)
    find_program(MSGFMT msgfmt REQUIRED)
    file(GLOB catalogues CONFIGURE_DEPENDS
      ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.po)
    set(english "language_en = { .code = \"en\" }")
    set(declared "static const struct language ${english};\n")
    set(listed "&language_en")
    set(count 1)
    foreach(catalogue IN LISTS catalogues)
      get_filename_component(code ${catalogue} NAME_WE)
      set(mo ${CMAKE_CURRENT_BINARY_DIR}/language_${code}.mo)
      set(out ${CMAKE_CURRENT_BINARY_DIR}/language_${code}.c)
      add_custom_command(OUTPUT ${mo} COMMAND ${MSGFMT} --check-format
        --endianness=little --no-hash -o ${mo} ${catalogue}
        DEPENDS ${catalogue} VERBATIM)
      add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -D IN=${mo} -D OUT=${out}
          -D LANGUAGE=${code} -P ${LANTERNE_EMBED_SCRIPT}
        DEPENDS ${mo} ${LANTERNE_EMBED_SCRIPT} VERBATIM)
      target_sources(${target} PRIVATE ${out})
      string(APPEND declared "extern const struct language language_${code};\n")
      string(APPEND listed ", &language_${code}")
      math(EXPR count "${count} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/made/web/languages_list.h
      CONTENT "/* Made by scripts/cmake/EmbedFile.cmake. */
#include \"util/language.h\"

enum { LANGUAGES_COUNT = ${count} };

${declared}
static const struct language *const languages_list[] = { ${listed} };
")
    target_include_directories(${target}
      PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/made)
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

# The digest is of the bytes as they are served: of all the files joined.
set(joined ${OUT}.bin)
file(WRITE ${joined} "")
if(files)
  execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${files}
    OUTPUT_FILE ${joined} COMMAND_ERROR_IS_FATAL ANY)
endif()
file(SHA256 ${joined} digest)
file(REMOVE ${joined})
base64_of(${digest} csp)
string(SUBSTRING ${digest} 0 16 version)

if(LANGUAGE)
  file(WRITE ${OUT} "/* Made by scripts/cmake/EmbedFile.cmake. */
#include \"util/language.h\"

static const unsigned char content[] = {
\t${bytes}0
};

extern const struct language language_${LANGUAGE};
const struct language language_${LANGUAGE} = {
\t.code = \"${LANGUAGE}\",
\t.mo = (const char *)content,
\t.len = ${length},
};
")
  return()
endif()

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
