"""News: events from published copies written by hand, servers on this machine, kills, quiet days."""
