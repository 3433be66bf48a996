// Rows of the registry of nodes.
#pragma once

#include "store/queues.h"
#include "store/sql/database.h"

#include <string>
#include <string_view>
#include <vector>

#define DARKROOM_NODE_COLUMNS                                                                                                      \
  "node.id, node.name, node.role, node.version, node.slots, node.models, node.state, node.started_at, node.seen_at, node.lease_until, " \
  "(SELECT COUNT(*) FROM job WHERE job.state = 'running' AND job.node = node.id), node.url, node.blob_store, node.lost_at"

namespace darkroom::store {

// Reads DARKROOM_NODE_COLUMNS. `now` is the clock that all processes of the database go by: it tells which leases have run out.
NodeRecord node_from(const Row& row, Time now);

// Removes those that have not been seen for long.
void forget_nodes(Transaction& transaction, Time at);

}  // namespace darkroom::store
