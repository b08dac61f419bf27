"""The refusals of use cases that are not about who is calling."""


class NotFound(Exception):
    """Unknown, another tenant's, outside custody, erased or expired: the caller is not told which."""


class UnknownSchema(Exception):
    """There is no schema of that name."""


class SeveralWaybills(Exception):
    """A record of that schema holds several waybills: it can be masked, not tokenized."""


class TooMany(Exception):
    """A search finds more waybills than one answer shows.

    None is shown.
    """
