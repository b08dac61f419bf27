"""Describes a kind of value to the rest of the code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from masking_service.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value.

    Attributes:
        name: what schemas, policies and answers call it.
        hide: what a profile may hide of it; empty if it is hidden whole whatever a profile says.
        example: an invented value, for people.
        title: what people call it.
        token: whether its values get tokens, and can be opened.
        personal: whether a value in a member whose name says this kind is a person's own.
        of_a_side: whether the sender and the recipient of a waybill each have one.
        words: the words at the end of a member's name that say this kind, each with the source in which it is used.
            Words of the kinds that are read together are in `personal_names.yaml`.
        mask: its rule, for what a profile may hide of it besides ``all`` and ``nothing``. The kinds that are read
            together have theirs in `profile_masks`.
        usual: the same mask of a usual value, quickly, and None for every other one (`Profile.usual`).
        is_mask: whether a value, not empty, is a mask that came in.
    """

    name: str
    hide: tuple[str, ...]
    example: str
    title: Text
    token: bool = False
    personal: bool = True
    of_a_side: bool = False
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    mask: Callable[[str], str] | None = None
    usual: Callable[[str], str | None] | None = None
    is_mask: Callable[[str], bool] | None = None
