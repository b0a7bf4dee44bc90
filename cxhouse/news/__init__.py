"""News: what happened, for whom, and how it is sent, at most once."""
