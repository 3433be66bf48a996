// The way into the store, whichever database it is kept in.
#pragma once

#include "store/store.h"

#include <memory>
#include <string>

namespace darkroom::store {

// Opens the database that `where` names, the path of a SQLite file or postgresql://..., made and migrated if need be. Throws StoreUnavailable with
// words for the operator.
std::unique_ptr<Store> open_store(const std::string& where, Time now);

}  // namespace darkroom::store
