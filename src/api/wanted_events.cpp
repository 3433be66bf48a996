#include "api/wanted_events.h"

#include "api/guard.h"

#include <algorithm>

namespace darkroom::api {

bool WantedEvents::shows(const store::SeenEvent& seen) const {
  const store::Event& event = seen.event;
  if (!audit && is_of_audit(event.type)) return false;
  if (owner && seen.owner != owner) return false;
  if (image && (!event.image || event.image->value != *image)) return false;
  if (batch && seen.batch != batch) return false;
  if (types.empty()) return true;
  return std::ranges::any_of(types, [&](const std::string& type) { return event.type == type || (type.ends_with('.') && event.type.starts_with(type)); });
}

WantedEvents events_seen_by(const http::Request& request) { return {.owner = owner_seen_by(request), .audit = sees_audit(request)}; }

}  // namespace darkroom::api
