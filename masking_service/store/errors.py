"""The errors of the store, which hold no key and no value."""


class StoreUnavailable(Exception):
    """The store did not take or return the data in time. Nothing may be answered as stored.

    Attributes:
        reason: a fixed word for logs and metrics, one of `reasons.WORDS`.
        cause: the word for the cause: the reason itself, or why the circuit is open.
        detail: more about the cause, in fixed words; empty for most.
    """

    def __init__(self, reason: str, cause: str = "", detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause or reason
        self.detail = detail

    @property
    def explained(self) -> str:
        """The cause with its detail, for logs and people."""
        return f"{self.cause}: {self.detail}" if self.detail else self.cause


class WrongStore(Exception):
    """The store belongs to another keyset, was made for another purpose, has a newer format, or was emptied."""
