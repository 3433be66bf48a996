// What every role stands on: the data folder, the database, the photos, the models, and who this process is.
#pragma once

#include "auth/sealing.h"
#include "base/clock.h"
#include "blob/file_blob_store.h"
#include "config/config.h"
#include "models/librarian.h"
#include "store/open_store.h"
#include "views/picture_files.h"

#include <memory>
#include <string>

namespace darkroom::roles {

// serve: all in one process; web: takes in and answers; worker: runs jobs.
enum class Role { serve, web, worker };

std::string_view to_string(Role role);

struct Ground {
  // Opens (and if need be makes) all of it. Throws with words for the operator; web and worker need a database that several processes can share.
  Ground(const config::Config& config, Role role);

  // This process as the registry shows it; slots, models and url are filled by those who have them.
  store::NodeRecord node() const;

  // After the name of each place in which this process runs jobs, where others have places of the same names: "@photo-2:417". Alone: empty.
  std::string at_node() const;

  const config::Config& config;
  Role role;
  SystemClock clock;
  std::unique_ptr<store::Store> opened;
  store::Store& store;
  blob::FileBlobStore blobs;
  views::PictureFiles pictures;  // derived from photos; removed with them
  models::Catalogue catalogue;
  models::Librarian librarian;  // in charge of the catalogue
  auth::Sealer sealer;          // for secrets that lie in the database and must be readable again
  std::string node_id;  // new at each start
};

}  // namespace darkroom::roles
