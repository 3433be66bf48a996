// What the processes of one installation ask each other; not part of the API for others.
#include "api/handlers.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"
#include "peer/fetched_photos.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace darkroom::api {
namespace {

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// At most a piece from `offset` on.
std::string read_piece(int fd, std::int64_t offset, std::int64_t size) {
  std::string bytes(static_cast<std::size_t>(std::min(peer::kPhotoPiece, size - offset)), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t got = ::pread(fd, bytes.data() + done, bytes.size() - done, offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error(std::string("cannot read a stored photo: ") + (got < 0 ? std::strerror(errno) : "it has become shorter"));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

http::Reply photo_piece(const Parts& parts, const http::Request& request) {
  auto offset = whole_number(request, "offset", {0, std::numeric_limits<std::int64_t>::max()}, 0);
  if (!offset) return problem(offset.error());
  const std::string& sha256 = request.params.at("sha256");
  auto file = is_sha256(sha256) ? parts.blobs.open(sha256) : std::nullopt;
  if (!file) return problem(domain::code::not_found, "This process has no such photo.");
  struct stat status{};
  if (::fstat(file->get(), &status) != 0) throw std::runtime_error(std::string("cannot look at a stored photo: ") + std::strerror(errno));
  if (*offset >= status.st_size) return problem(domain::code::invalid_field, "offset lies behind the end of the photo.");
  http::Response response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back(peer::kPhotoBytesHeader, std::to_string(status.st_size));
  response.body = read_piece(file->get(), *offset, status.st_size);
  return response;
}

}  // namespace darkroom::api
