"""Masks what people write in their own words: reasons, notes, and what is known of an incident."""

from typing import Final

from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile

_MOST_READ: Final = 4_096
"""Characters; what is behind them is not kept by any caller."""
_MASK: Final = Masks(
    Profile.parse(
        "own words",
        {
            "name": {"hide": "given"},
            "phone": {"show_last": 4},
            "address": {"hide": "unit"},
            "email": {"hide": "letters"},
            "text": {"hide": "found"},
        },
    )
).text_mask


def masked_words(text: str) -> str:
    """Return a person's own words with the numbers, names and addresses in them masked, as in a remark."""
    return _MASK(text[:_MOST_READ]) if text and not text.isspace() else text
