"""What can go wrong with the store, in words that hold no key and no value."""


class StoreUnavailable(Exception):
    """The store did not take or give the data in time. Nothing may be answered as stored.

    Attributes:
        reason: a fixed word for logs and metrics: ``timeout``, ``connection``, ``refused``,
            ``replicas``, ``open-circuit``, ``not-admitted``, ``not-durable``, ``clients-unknown``, ``unknown-key``,
            ``unknown-root``, ``old-keyset``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
