// Photos that a site sent under numbers of its own (its image ids): the service that Darkroom replaces knew no others. A part of store.h; taking them in
// is create_image() with NewImage::site_photo.
#pragma once

#include "store/records.h"

#include <cstdint>
#include <optional>

namespace darkroom::store {

struct InWork {
  bool any = false;                     // a photo is being processed
  std::optional<std::int64_t> number;   // of the one that runs for longest, among those that sites sent
};

class SitePhotos {
 public:
  virtual ~SitePhotos() = default;

  // Of an image that a site sent.
  virtual std::optional<SitePhoto> site_photo(ImageId image) = 0;
  virtual InWork in_work() = 0;
  // Jobs that process photos and have not begun, whatever they wait for; counts no further than `most`.
  virtual std::int64_t count_waiting(std::int64_t most) = 0;
};

}  // namespace darkroom::store
