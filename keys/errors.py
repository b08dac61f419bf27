"""What can go wrong with keys, in words that never hold a key or a value."""


class KeysError(Exception):
    """A key, a keyset file or a sealed value cannot be used. The base of all errors here."""


class KeysetError(KeysError):
    """The keyset file is missing, readable by the world, cut, doubled or wrong."""


class IntegrityError(KeysError):
    """A sealed value did not open: it was changed, moved, or sealed by another key.

    This is an alarm, never an absence: whoever catches it answers 503, not 404.
    """


class ProviderError(KeysError):
    """The root-key provider cannot wrap or unwrap now."""
