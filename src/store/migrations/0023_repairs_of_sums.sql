-- How often the sum of this owner was put right, as its largest over the owner's rows: who found a difference before the last time has nothing to add.
ALTER TABLE owner_bytes ADD COLUMN repairs INTEGER NOT NULL DEFAULT 0;
