"""Company folders for tests; for each, a module of the same name writes its data."""
