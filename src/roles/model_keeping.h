// The part that keeps the models: the librarian's rounds, how a version is tried in the runners of this process, and what a change brings about.
#pragma once

#include "base/loop.h"
#include "roles/ground.h"
#include "roles/working.h"

#include <memory>

namespace darkroom::roles {

// What tries models here: another program or another runner tries them anew.
std::string model_runtime(const config::Config& config);

class ModelKeeping {
 public:
  // `working` is null in a process that runs no jobs: then the library is only looked at. Both outlive this.
  ModelKeeping(Ground& ground, Working* working);
  ~ModelKeeping();

  // A version that is being tried at the moment has no verdict: it is tried at the next start.
  void stop();

 private:
  Ground& ground_;
  Working* working_;
  std::unique_ptr<Loop> rounds_;
};

}  // namespace darkroom::roles
