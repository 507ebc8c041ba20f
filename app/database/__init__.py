"""How rows are kept and read: their columns, the engines, what counts as a database in trouble, keyset pagination."""
