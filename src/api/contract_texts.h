// Texts that cmake/contract.cmake compiles in.
#pragma once

#include <string_view>

namespace darkroom::api {

std::string_view openapi_json();    // docs/openapi.yaml as JSON
std::string_view swagger_script();  // of Swagger UI; empty in a build without it
std::string_view swagger_style();

}  // namespace darkroom::api
