"""The ledger: records that cannot be made again. People and publishing append to it; nothing in it is edited."""
