"""What the system tests share: the program under test, photos, waiting, the ledger that is held against the database."""
