// The name under which a download is saved: what people called the photo, without what a file system, a shell or a reader could be fooled by.
#pragma once

#include <string>
#include <string_view>

namespace darkroom::api {

// `title` is any text from outside; `format` is a word of image_info, as JPEG, and decides the extension, whatever the title claims. Never empty, without
// folders, control characters, marks that turn the direction of writing, or names that Windows keeps for devices; at most 150 bytes of UTF-8.
std::string download_name(std::string_view title, std::string_view format);

// attachment; filename="..."; filename*=UTF-8''... (RFC 6266, RFC 8187). The first is ASCII for old readers, the second the name as it is.
std::string attachment(std::string_view name);

// image/jpeg and so on; application/octet-stream for a format that is not known.
std::string_view media_type_of(std::string_view format);

}  // namespace darkroom::api
