"""Errors between a source and the lake. Messages name source, table and file and say what to do; they never contain values of rows."""

from __future__ import annotations


class IngestionError(Exception):
    """Any failure of a load. The rows of the load's window in the lake are unchanged."""


class SourceDownError(IngestionError):
    """The source cannot be reached. Its other windows are not tried, because they would fail too."""


class BadFileError(IngestionError):
    """A file does not fit its declaration (binary, truncated, wrong encoding, empty)."""


class SchemaMismatchError(IngestionError):
    """The source does not deliver a required column.

    `unexpected` names what it delivers and nobody declared. The message counts them only: it is published, and without its header, a file
    begins with values.
    """

    def __init__(self, problem: str, unexpected: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.unexpected = unexpected


class TooManyRejectedError(IngestionError):
    """More rows were rejected than the source's `max_bad_share` allows. `read` and `rejected` are the counts."""

    def __init__(self, problem: str, *, read: int, rejected: int) -> None:
        super().__init__(problem)
        self.read, self.rejected = read, rejected


class LakeError(IngestionError):
    """A file in the lake does not fit the declaration, or the lake cannot be written."""


class HashKeyError(IngestionError):
    """There is no hash key, or it is not the key that the lake was hashed with."""
