"""How far a word may be from what it speaks for, as `distances.tsv` lists it.

`python -m tests.masking.distances` writes the list again. No mask may show more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from masking_service.masking.kinds.address import mask_address
from masking_service.masking.records.profile_masks import Masks
from tests.masking.scenarios import scenarios
from tests.masking.standard import LABEL

FILE: Final = Path(__file__).with_name("distances.tsv")
_BETWEEN: Final = (" ", "的", "，", "x", "8", "单元")
_REPEATS: Final = (*range(1, 14), 19, 20, 21, 24, 25)
"""Numbers of fillers that are tried: those around the limits of the masks, and all small ones."""
_ONE_OF: Final = 4
"""Of so many texts one is tried."""


def told() -> Iterator[str]:
    """Yield a line for each text: how much of a filler changes what is hidden of the rest.

    The text has its filler in braces, before what is hidden or behind it. Then come the numbers of repeats from which
    on the rest shows something else: `+` what it shows without a filler, `=` all, else what it shows.
    """
    texts = Masks(LABEL).text_mask
    masks: dict[str, Callable[[str], str]] = {
        "names_in_text": texts,
        "text": texts,
        "addresses": lambda text: mask_address(text, "unit"),
    }
    for name, mask in masks.items():
        for text, _ in scenarios(name):
            chosen = hashlib.sha256(text.encode()).digest()
            shown = mask(text)
            if chosen[0] % _ONE_OF == 0 and "\n" not in text and len(shown) == len(text) and shown != text:
                hidden = [at for at, (was, now) in enumerate(zip(text, shown, strict=True)) if was != now]
                before, behind = max(0, hidden[0] - 1), hidden[-1] + 1
                while text[behind : behind + 1].isdigit():
                    behind += 1
                place, between = (before, behind)[chosen[1] % 2], _BETWEEN[chosen[2] % len(_BETWEEN)]
                changes = _changes(text, shown, place, between, mask)
                yield "\t".join((f"{text[:place]}{{{between}}}{text[place:]}", *changes))


def _changes(text: str, shown: str, place: int, between: str, mask: Callable[[str], str]) -> Iterator[str]:
    last = "+"
    for count in _REPEATS:
        filler = between * count
        now = mask(f"{text[:place]}{filler}{text[place:]}")
        rest = now[:place] + now[place + len(filler) :] if len(now) == len(text) + len(filler) else now
        one = "+" if rest == shown else "=" if rest == text else rest
        if one != last:
            yield f"{count}{one}"
        last = one


def listed() -> list[str]:
    """Return the lines of the list."""
    return FILE.read_text("utf-8").split("\n")[:-1]


def main() -> None:
    old = dict(line.partition("\t")[::2] for line in listed()) if FILE.exists() else {}
    new = [*told()]
    FILE.write_text("\n".join([*new, ""]), "utf-8")
    for text, _, now in (line.partition("\t") for line in new):
        if (was := old.get(text, now)) != now:
            print(f"{text}\n  was {was}\n  is  {now}")


if __name__ == "__main__":
    main()
