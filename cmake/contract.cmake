# What /openapi.json and /docs show, compiled in: docs/openapi.yaml as JSON, and Swagger UI out of .deps. Without python3-yaml or without the package (no npm, no
# network) the build goes on, with an empty contract or a plain page.
set(contract_folder ${CMAKE_BINARY_DIR}/generated/contract)
file(MAKE_DIRECTORY ${contract_folder})
set(contract_json ${contract_folder}/openapi.json)
find_program(contract_python NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(contract_python)
  execute_process(COMMAND ${contract_python} -c "import yaml" RESULT_VARIABLE contract_no_yaml ERROR_QUIET)
endif()
if(contract_python AND contract_no_yaml EQUAL 0)
  add_custom_command(OUTPUT ${contract_json} DEPENDS ${CMAKE_SOURCE_DIR}/docs/openapi.yaml ${CMAKE_SOURCE_DIR}/scripts/openapi_json.py
    COMMAND ${contract_python} -B ${CMAKE_SOURCE_DIR}/scripts/openapi_json.py ${CMAKE_SOURCE_DIR}/docs/openapi.yaml ${contract_json})
else()
  message(WARNING "python3-yaml is missing: /openapi.json will be empty")
  file(WRITE ${contract_json} "{}")
endif()

execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/get_swagger_ui.sh RESULT_VARIABLE swagger_ui_missing ERROR_VARIABLE swagger_ui_cause)
set(swagger_ui ${CMAKE_SOURCE_DIR}/.deps/swagger-ui)
if(swagger_ui_missing)
  message(STATUS "Swagger UI: not in this build (${swagger_ui_cause})")
  set(swagger_ui ${contract_folder})
  file(WRITE ${contract_folder}/swagger-ui-bundle.js "")
  file(WRITE ${contract_folder}/swagger-ui.css "")
endif()

# The texts stand in the program's read-only data; the assembler reads the files.
set(contract_cpp ${contract_folder}/contract.cpp)
file(CONFIGURE OUTPUT ${contract_cpp} CONTENT [[// Made by cmake/contract.cmake.
#include "api/contract_texts.h"

#define DARKROOM_TEXT(name, file)                                                                                        \
  asm(".section .rodata\n.balign 16\ndarkroom_" #name "_begin:\n.incbin \"" file "\"\ndarkroom_" #name "_end:\n.byte 0\n.previous\n"); \
  extern "C" const char darkroom_##name##_begin[], darkroom_##name##_end[];

DARKROOM_TEXT(openapi, "@contract_json@")
DARKROOM_TEXT(swagger_script, "@swagger_ui@/swagger-ui-bundle.js")
DARKROOM_TEXT(swagger_style, "@swagger_ui@/swagger-ui.css")

namespace darkroom::api {

std::string_view openapi_json() { return {darkroom_openapi_begin, darkroom_openapi_end}; }
std::string_view swagger_script() { return {darkroom_swagger_script_begin, darkroom_swagger_script_end}; }
std::string_view swagger_style() { return {darkroom_swagger_style_begin, darkroom_swagger_style_end}; }

}  // namespace darkroom::api
]] @ONLY)
set_source_files_properties(${contract_cpp} PROPERTIES OBJECT_DEPENDS "${contract_json};${swagger_ui}/swagger-ui-bundle.js;${swagger_ui}/swagger-ui.css")
