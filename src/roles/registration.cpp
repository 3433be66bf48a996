#include "roles/registration.h"

#include "base/log.h"

#include <exception>

namespace darkroom::roles {

Registration::Registration(Ground& ground) : ground_(ground) {
  ground_.store.register_node(ground_.node(), ground_.config.lease, ground_.clock.now(), store::Begins::not_yet);
}

Registration::~Registration() {
  if (started_) return;
  ground_.store.on_commit(nullptr);  // who would hear of it is gone
  try {
    ground_.store.unregister_node(ground_.node_id, "it could not start", ground_.clock.now());
  } catch (const std::exception& error) {
    log::warning("could not sign off", {{"node", ground_.node_id}, {"cause", error.what()}});
  }
}

}  // namespace darkroom::roles
