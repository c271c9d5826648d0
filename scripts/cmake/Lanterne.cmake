# How every target of the project is built: one place for the standard, the
# warnings and the hardening.

add_library(lanterne_build_flags INTERFACE)
target_compile_features(lanterne_build_flags INTERFACE c_std_17)
target_compile_definitions(lanterne_build_flags INTERFACE _GNU_SOURCE
  LANTERNE_VERSION="${PROJECT_VERSION}")
target_compile_options(lanterne_build_flags INTERFACE
  -fno-strict-aliasing -fno-common
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
  -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wvla -Wundef -Wwrite-strings -Wimplicit-fallthrough -Wnull-dereference
  $<$<C_COMPILER_ID:GNU>:-Wcast-align=strict -Wlogical-op -Wduplicated-cond
  -Wduplicated-branches>
  $<$<C_COMPILER_ID:Clang>:-Wcast-align -Wunreachable-code>
  $<$<BOOL:${LANTERNE_WERROR}>:-Werror>)

# What is installed; not what is debugged, or has sanitizers. unit.hardening looks
# whether it is in the programs.
set(hardened $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
target_compile_options(lanterne_build_flags INTERFACE
  $<${hardened}:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
  -fstack-clash-protection -fcf-protection=full -fPIE>)
target_link_options(lanterne_build_flags INTERFACE
  $<${hardened}:-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code>)

# lanterne_library(NAME sources...): a static library of the project.
function(lanterne_library name)
  add_library(${name} STATIC ${ARGN})
  set_target_properties(${name} PROPERTIES C_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE lanterne_build_flags)
endfunction()

# lanterne_program(NAME sources...): an executable in bin/.
function(lanterne_program name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES C_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE lanterne_build_flags)
endfunction()
