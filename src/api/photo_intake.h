// What every way of taking a photo in shares: whether there is room, its bytes up to the limit, and the order of making it durable.
#pragma once

#include "api/parts.h"
#include "api/problem.h"
#include "base/result.h"
#include "http/message.h"

#include <memory>
#include <optional>
#include <string_view>

namespace darkroom::api {

// Before a byte is taken: the refusal when the disk has less free space than its floor.
std::optional<http::Response> no_room(const Parts& parts);

// Error: too_large, and nothing more of it is written.
Result<void> add_bytes(const Parts& parts, blob::StagedBlob& photo, std::string_view data);

// The photo is made durable, then its rows are, and only then it is no longer looked after as one on its way.
Result<store::ImageRecord> keep_photo(const Parts& parts, blob::StagedBlob& photo, store::NewImage image, const store::Actor& actor);

// A body that goes to `upload`, piece by piece (receive) and at its end (finish).
template <class Upload>
http::BodyReceiver received_by(std::shared_ptr<Upload> upload) {
  return {[upload](std::string_view piece) { return with_world_errors<std::optional<http::Response>>([&] { return upload->receive(piece); }); },
          [upload] { return with_world_errors<http::Reply>([&] { return upload->finish(); }); }};
}

}  // namespace darkroom::api
