"""Base classes of what must not be printed: objects that hold keys or personal data."""

from typing import NoReturn


class Unprinted:
    """Shows the name of its class, and nothing else, when it is printed: the base of what holds personal data."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Secret(Unprinted):
    """The base of what holds keys: it cannot be pickled or copied, too."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be pickled or copied")
