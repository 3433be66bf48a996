# darkroom-runner and the modules of its engines. A module stands beside the program and is opened only by a runner that needs it:
# OpenCV's runtime drags about 140 libraries in, which a runner of another engine shall not pay for, in memory or in time.
add_executable(darkroom-runner runner/process/main.cpp)
target_link_options(darkroom-runner PRIVATE LINKER:--as-needed)
target_link_libraries(darkroom-runner PRIVATE darkroom_runner_process)

# The engine's own source is part of darkroom_inference, from which the module takes what its entry needs.
function(darkroom_engine_module name library)
  get_target_property(include ${library} INTERFACE_INCLUDE_DIRECTORIES)
  set_source_files_properties(inference/${name}_engine.cpp PROPERTIES COMPILE_OPTIONS "-isystem;${include}")
  add_library(darkroom_engine_${name} MODULE inference/${name}_module.cpp)
  set_target_properties(darkroom_engine_${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  target_link_options(darkroom_engine_${name} PRIVATE LINKER:--as-needed)
  target_link_libraries(darkroom_engine_${name} PRIVATE darkroom_inference ${library})
  add_dependencies(darkroom-runner darkroom_engine_${name})
endfunction()

darkroom_engine_module(onnx onnxruntime)
darkroom_engine_module(opencv opencv_objdetect)

# libheif and its codecs, opened by a runner only where HEIC and AVIF are taken. Its sources are part of darkroom_imaging, too.
target_compile_definitions(darkroom_imaging PRIVATE DARKROOM_HEIF=$<BOOL:${DARKROOM_HEIF}>)
if(DARKROOM_HEIF)
  add_library(darkroom_heif MODULE imaging/heif_module.cpp)
  set_target_properties(darkroom_heif PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  target_link_options(darkroom_heif PRIVATE LINKER:--as-needed)
  target_link_libraries(darkroom_heif PRIVATE darkroom_imaging PkgConfig::heif PkgConfig::de265 PkgConfig::dav1d)
  add_dependencies(darkroom-runner darkroom_heif)
else()
  file(GLOB heif_sources ${CMAKE_CURRENT_SOURCE_DIR}/imaging/heif_library*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/imaging/heif_module.cpp)
  set_source_files_properties(${heif_sources} PROPERTIES HEADER_FILE_ONLY ON)
endif()

if(DARKROOM_TESTS)
  foreach(test runner_pool_test inference_test)
    add_dependencies(${test} darkroom-runner)
    target_compile_definitions(${test} PRIVATE DARKROOM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endforeach()
endif()
