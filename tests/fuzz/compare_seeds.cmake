# Runs MAKE_SEEDS in SCRATCH and fails unless CORPUS has the same files.
file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
execute_process(COMMAND ${MAKE_SEEDS} ${SCRATCH} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE seeds RELATIVE ${SCRATCH} ${SCRATCH}/*)
if(NOT seeds)
  message(FATAL_ERROR "make_seeds wrote nothing")
endif()
foreach(seed IN LISTS seeds)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E compare_files ${SCRATCH}/${seed}
      ${CORPUS}/${seed} RESULT_VARIABLE different)
  if(different)
    message(FATAL_ERROR "corpus/${seed} is not what make_seeds writes; "
      "run build-dev/tests/make_seeds tests/fuzz/corpus")
  endif()
endforeach()
