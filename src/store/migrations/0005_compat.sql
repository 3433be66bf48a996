-- Photos that sites number themselves, as the service that Darkroom replaces took them.

-- One image for each photo that a site sends under a number: sent again, it is a new job of that image, or the one that waits. callback_from: no
-- callback of its newest job goes out before.
CREATE TABLE site_photo (
  site TEXT NOT NULL,
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  image_id INTEGER NOT NULL UNIQUE REFERENCES image (id) ON DELETE CASCADE,
  callback_from INTEGER NOT NULL,
  PRIMARY KEY (site, number, sha256)
) STRICT, WITHOUT ROWID;
