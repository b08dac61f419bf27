"""Errors about keys. Their messages never contain a key or a value."""


class KeysError(Exception):
    """Base class: a key, keyset file or sealed value is unusable."""


class KeysetError(KeysError):
    """The keyset file is missing, invalid, or open to others."""


class MissingKeyFileError(KeysetError):
    """A file with a key is not there."""


class IntegrityError(KeysError):
    """A sealed value was changed, moved, or sealed by another key.

    This is an alarm and never means "not found": it is answered with 503, not 404.
    """


class ProviderError(KeysError):
    """The root-key provider cannot wrap or unwrap now."""
