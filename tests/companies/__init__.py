"""Company folders for tests, and beside each a module of the same name that writes its data."""
