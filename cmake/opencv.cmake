# The target `opencv_objdetect`: Debian's runtime libraries of OpenCV (core, imgproc, objdetect) with their headers, which
# scripts/get_opencv_headers.sh unpacks into .deps without installing the 322 packages behind the -dev package.
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/get_opencv_headers.sh COMMAND_ERROR_IS_FATAL ANY)

add_library(opencv_objdetect INTERFACE)
target_include_directories(opencv_objdetect SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/.deps/opencv/include)
foreach(module objdetect imgproc core)
  find_library(OPENCV_${module} NAMES libopencv_${module}.so.406 REQUIRED)
  target_link_libraries(opencv_objdetect INTERFACE ${OPENCV_${module}})
endforeach()
