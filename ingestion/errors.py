"""What can go wrong between a source and the lake. Messages name source, table, file and what to do; never a row's content."""

from __future__ import annotations


class IngestionError(Exception):
    """Any failure of a load. Nothing of the load's window was replaced."""


class SourceDownError(IngestionError):
    """The source cannot be reached; trying its other windows now would only fail again."""


class BadFileError(IngestionError):
    """A file is not what its declaration says (binary, cut off, wrong encoding, empty)."""


class SchemaMismatchError(IngestionError):
    """A required column is missing from what the source delivers."""


class TooManyRejectedError(IngestionError):
    """More rows were rejected than the source's `max_bad_share` allows."""


class LakeError(IngestionError):
    """What stands in the lake does not fit what is declared, or the lake cannot be written."""


class HashKeyError(IngestionError):
    """No key, or another key than the one the lake was hashed with."""
