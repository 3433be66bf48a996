-- Several processes keep photos, each in a folder of its own: whoever follows a note of blob_removal in its folder writes it down here for all others.
CREATE TABLE blob_removal_elsewhere (
  folder TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (folder, sha256)
) STRICT, WITHOUT ROWID;
