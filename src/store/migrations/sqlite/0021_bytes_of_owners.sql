CREATE TABLE owner_bytes (
  owner TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO owner_bytes (owner, bytes) SELECT owner, SUM(byte_count) FROM image GROUP BY owner;
CREATE TRIGGER image_adds_bytes AFTER INSERT ON image BEGIN
  INSERT INTO owner_bytes (owner, bytes) VALUES (NEW.owner, NEW.byte_count) ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER image_takes_bytes AFTER DELETE ON image BEGIN
  INSERT INTO owner_bytes (owner, bytes) VALUES (OLD.owner, -OLD.byte_count) ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER image_moves_bytes AFTER UPDATE OF owner, byte_count ON image BEGIN
  INSERT INTO owner_bytes (owner, bytes) VALUES (OLD.owner, -OLD.byte_count) ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
  INSERT INTO owner_bytes (owner, bytes) VALUES (NEW.owner, NEW.byte_count) ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
