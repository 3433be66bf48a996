// What a photo's header tells of it, for models that see it elsewhere.
#pragma once

#include "base/result.h"
#include "domain/outcome.h"

#include <cstdint>

namespace darkroom::remote {

struct PhotoFacts {
  domain::ImageInfo image;
  std::string mime_type;       // image/jpeg
  std::string name_extension;  // jpg
};

// Reads the headers of the file behind the descriptor, which was taken in before, and how it ends; nothing is decoded. Errors: those of
// imaging::read_header; blob_missing when the file cannot be read,
// or is shorter than that many bytes.
Result<PhotoFacts> photo_facts(int fd, std::int64_t byte_count);

}  // namespace darkroom::remote
