// The name of a process that starts, in the registry of nodes. One that cannot start takes it out again: nobody shall miss who never was there.
#pragma once

#include "roles/ground.h"

namespace darkroom::roles {

class Registration {
 public:
  // Throws StoreUnavailable when the store does not answer.
  explicit Registration(Ground& ground);
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  void keep() { started_ = true; }  // from here on whoever keeps the lease signs off

 private:
  Ground& ground_;
  bool started_ = false;
};

}  // namespace darkroom::roles
