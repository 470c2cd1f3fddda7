# cmake -DSOURCE=folder -DOUT=header -P BuildCommit.cmake
#
# Writes which commit is being built, with -dirty where files differ from it. The header is touched only when that
# changes.
set(commit unknown)
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=* OUTPUT_VARIABLE described
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(described)
    set(commit ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define SADDLE_BUILD_COMMIT \"${commit}\"\n")
