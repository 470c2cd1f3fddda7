# Read by ctest when it starts: which tests there are now, and which of them are slow.
#
# A Catch2 program is one test a source file (its cases share a process, because loading LibTorch costs more than most
# of them); cases tagged [slow] are a test of their own, those tagged [gpu] are for end_to_end/gpu. ./test counts the cases.
set(tests ${SADDLE_SOURCE}/tests)
set(saddle_home $ENV{SADDLE_HOME})
if(EXISTS "${saddle_home}/test-python/.complete")
  set(python ${saddle_home}/test-python/bin/python)
else()
  set(python python3)
endif()

function(saddle_test name labels)
  add_test(${name} ${tests}/run_one.sh ${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" SKIP_RETURN_CODE 77 ENVIRONMENT
    "SADDLE=${SADDLE_BUILD}/bin/saddle;SADDLE_PLUGINS_DIR=${SADDLE_BUILD}/plugins;SADDLE_SOURCE=${SADDLE_SOURCE};SADDLE_BUILD=${SADDLE_BUILD};PYTHON=${python}")
endfunction()

foreach(folder IN ITEMS unit conformance)
  file(GLOB sources ${tests}/${folder}/*.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    set(program ${SADDLE_BUILD}/tests/saddle_${folder}_tests)
    file(STRINGS ${source} slow_lines REGEX "\\[[.!]?slow\\]" LIMIT_COUNT 1)
    saddle_test(${folder}/${name} ${folder} ${program} --filenames-as-tags "[#${name}]~[slow]~[gpu]")
    if(slow_lines)
      saddle_test(${folder}/${name}.slow "${folder};slow" ${program} --filenames-as-tags "[#${name}][slow]")
    endif()
  endforeach()
endforeach()

# Scripts that may be executed are tests; the others, and those in lib/, are their helpers.
execute_process(COMMAND find ${tests}/end_to_end -maxdepth 1 -type f -perm -u+x ( -name *.sh -o -name *.py )
                OUTPUT_VARIABLE scripts OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REPLACE "\n" ";" scripts "${scripts}")
list(SORT scripts)
foreach(script IN LISTS scripts)
  get_filename_component(name ${script} NAME_WE)
  file(STRINGS ${script} head LIMIT_COUNT 5)
  set(labels end_to_end)
  if(head MATCHES "# label: slow")
    list(APPEND labels slow)
  endif()
  saddle_test(end_to_end/${name} "${labels}" ${script})
endforeach()
saddle_test(style/format "style;slow" ${SADDLE_SOURCE}/framework/cmake/format.sh --check)
