# The target `onnxruntime`. ONNXRUNTIME_ROOT (a folder with include/ and lib/) wins, then a system install, then the pinned
# files that scripts/get_onnxruntime.sh puts into .deps. Versions from 1.29 on send telemetry and are passed over.
set(ONNXRUNTIME_ROOT "$ENV{ONNXRUNTIME_ROOT}" CACHE PATH "a folder with ONNX Runtime's include/ and lib/")

function(find_onnxruntime)
  find_path(header onnxruntime_cxx_api.h PATH_SUFFIXES onnxruntime onnxruntime/core/session NO_CACHE ${ARGN})
  find_library(library NAMES onnxruntime libonnxruntime.so.1 NO_CACHE ${ARGN})
  if(header AND library)
    file(REAL_PATH ${library} library)
    set(onnxruntime_include ${header} PARENT_SCOPE)
    set(onnxruntime_library ${library} PARENT_SCOPE)
  endif()
endfunction()

if(ONNXRUNTIME_ROOT)
  find_onnxruntime(PATHS ${ONNXRUNTIME_ROOT} ${ONNXRUNTIME_ROOT}/include ${ONNXRUNTIME_ROOT}/lib NO_DEFAULT_PATH)
  if(NOT onnxruntime_library)
    message(FATAL_ERROR "ONNXRUNTIME_ROOT=${ONNXRUNTIME_ROOT} has no include/onnxruntime_cxx_api.h with lib/libonnxruntime.so")
  endif()
else()
  find_onnxruntime()
  if(onnxruntime_library MATCHES "\\.so\\.1\\.([0-9]+)" AND CMAKE_MATCH_1 GREATER_EQUAL 29)
    message(STATUS "Passing over ${onnxruntime_library}: versions from 1.29 on send telemetry")
    unset(onnxruntime_library)
  endif()
endif()
if(NOT onnxruntime_library)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/get_onnxruntime.sh COMMAND_ERROR_IS_FATAL ANY)
  set(onnxruntime_include ${CMAKE_SOURCE_DIR}/.deps/onnxruntime/include)
  set(onnxruntime_library ${CMAKE_SOURCE_DIR}/.deps/onnxruntime/lib/libonnxruntime.so.1)
endif()
message(STATUS "ONNX Runtime: ${onnxruntime_library}")

# A copy stands beside the programs, where their $ORIGIN finds it: a build folder runs by itself, wherever it is moved.
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN;$ORIGIN/../lib")
set(onnxruntime_copy ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/libonnxruntime.so.1)
add_custom_command(OUTPUT ${onnxruntime_copy} DEPENDS ${onnxruntime_library}
  COMMAND ${CMAKE_COMMAND} -E copy ${onnxruntime_library} ${onnxruntime_copy})
add_custom_target(onnxruntime_copy DEPENDS ${onnxruntime_copy})

add_library(onnxruntime SHARED IMPORTED GLOBAL)
set_target_properties(onnxruntime PROPERTIES IMPORTED_LOCATION ${onnxruntime_library} INTERFACE_INCLUDE_DIRECTORIES ${onnxruntime_include})
add_dependencies(onnxruntime onnxruntime_copy)
