// The addresses of the admin page. It is one document, which shows what its address says; its files have names that change with their content.
#pragma once

#include "api/parts.h"
#include "api/web_files.h"
#include "http/message.h"

#include <array>
#include <string_view>

namespace darkroom::api {

// First part of the address of each page, which may have two parts more: /images, /images/7, /webhooks/deliveries/msg_1. web/src/app/routes.ts has the pages.
inline constexpr std::array<std::string_view, 20> kPages = {"images", "upload", "queues", "failures", "workers", "models", "schedules", "webhooks", "users", "tokens",
                                                            "audit", "settings", "alerts", "log-in", "jobs", "batches", "quarantine", "welcome", "account", "compare"};

// Null when the build has no such file.
const WebFile* find_web_file(std::span<const WebFile> files, std::string_view name);

// Whether Accept-Encoding takes gzip: named, or by *, and not with q=0.
bool takes_gzip(std::string_view accept_encoding);

// The file as an answer: compressed where the client takes it, 304 when it has it already.
http::Response file_answer(const http::Request& request, const WebFile& file);

http::Reply page(const Parts& parts, const http::Request& request);
http::Reply page_asset(const Parts& parts, const http::Request& request);

}  // namespace darkroom::api
