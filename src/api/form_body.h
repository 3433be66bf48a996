// The body of a request that is a multipart form: its pieces go in, and the first refusal is the answer.
#pragma once

#include "api/problem.h"
#include "http/multipart.h"

#include <optional>
#include <string_view>
#include <utility>

namespace darkroom::api {

class FormBody {
 public:
  FormBody(std::string_view boundary, http::MultipartLimits limits, http::MultipartCallbacks callbacks) : reader_(boundary, limits, std::move(callbacks)) {}

  // What on_data cannot refuse itself: the rest of the form is not read.
  void refuse(Error error) { refused_ = std::move(error); }
  bool is_refused() const { return refused_.has_value(); }

  // Both return the refusal, if there is one.
  std::optional<http::Response> receive(std::string_view piece) { return answer(reader_.push(piece)); }
  std::optional<http::Response> end() { return answer(reader_.finish()); }

 private:
  std::optional<http::Response> answer(const std::optional<Error>& malformed) const {
    if (malformed) return problem(*malformed);
    if (refused_) return problem(*refused_);
    return std::nullopt;
  }

  std::optional<Error> refused_;
  http::MultipartReader reader_;
};

}  // namespace darkroom::api
