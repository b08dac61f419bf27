"""The aims: for each a limit, and what of the scores it binds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.quality.contenders import MAPPED, NAME, UNMAPPED
from bench.quality.scores import ALL, CHANGED, OTHER, SILENT, WARNED, Score

MIN_FORM = 25
"""Forms with fewer are judged together, if they have as many: in eight names, one missed is 12 %."""
SMALL_FORMS = "small forms"


@dataclass(frozen=True)
class Aim:
    """At most `limit` of what `whats` names may go wrong.

    Attributes:
        parts: where it is measured; each by itself.
        ways: ``mapped``, ``unmapped``; each by itself.
        each_form: True if the limit binds each form of writing by itself.
    """

    name: str
    kind: str
    whats: tuple[str, ...]
    limit: float
    ways: tuple[str, ...] = (MAPPED, UNMAPPED)
    parts: tuple[str, ...] = ("held_out", "dev")
    each_form: bool = False


OWN_AND_PUBLIC = ("held_out", "dev", "public")
OWN_AND_LINES = ("held_out", "dev", "lines")
AIMS = (
    Aim("names in clear, in each form", "text", ("given",), 0.02, parts=OWN_AND_LINES, each_form=True),
    Aim("names in clear in name fields", NAME, ("given",), 0.0, (MAPPED,)),
    Aim("names in clear in addresses", "address", ("given",), 0.02, (MAPPED,)),
    Aim("phones with too few digits hidden", "text", ("phone",), 0.0, parts=OWN_AND_LINES),
    Aim("rooms shown in addresses", "address", ("room",), 0.01, (MAPPED,), OWN_AND_PUBLIC),
    Aim("units shown in addresses", "address", ("unit",), 0.02, (MAPPED,), OWN_AND_PUBLIC),
    Aim("floors shown in addresses", "address", ("floor",), 0.01, (MAPPED,), OWN_AND_PUBLIC),
    Aim("rooms shown in texts", "text", ("room",), 0.01),
    Aim("units shown in texts", "text", ("unit",), 0.02),
    Aim("floors shown in texts", "text", ("floor",), 0.01),
    Aim("roads and places starred in addresses", "address", ("road", "place"), 0.01, (MAPPED,), OWN_AND_PUBLIC),
    Aim("roads and places starred in texts", "text", ("road", "place"), 0.01, parts=OWN_AND_LINES),
    Aim("labelled order numbers starred", "text", ("order",), 0.0),
    Aim("calm texts changed", "calm", (CHANGED,), 0.01),
    Aim("foreign units shown silently", "foreign", (SILENT,), 0.03, (MAPPED,)),
    Aim("`unit-not-recognised` abroad", "foreign", (WARNED,), 0.10, (MAPPED,)),
    Aim("other characters starred in texts with findings", "text", (OTHER,), 0.01),
)


@dataclass(frozen=True)
class Result:
    """An aim in one part and way: how many there were, how many went wrong, and where worst."""

    aim: Aim
    part: str
    way: str
    count: int
    wrong: int
    worst: float
    worst_form: str

    @property
    def share(self) -> float:
        """Of all forms together."""
        return self.wrong / self.count if self.count else 0.0

    @property
    def met(self) -> bool:
        """Whether the limit holds, in the worst form where it binds each."""
        return (self.worst if self.aim.each_form else self.share) <= self.aim.limit


def results(scores: Iterable[Score], aims: Sequence[Aim] = AIMS) -> list[Result]:
    """Every aim in every part and way that was measured."""
    rows: dict[tuple[str, str, str, str], dict[str, tuple[int, int]]] = {}
    for one in scores:
        rows.setdefault((one.part, one.way, one.kind, one.what), {})[one.form] = (one.count, one.wrong)
    found = []
    for aim in aims:
        for part in aim.parts:
            for way in aim.ways:
                forms: dict[str, tuple[int, int]] = {}
                for what in aim.whats:
                    for form, (count, wrong) in rows.get((part, way, aim.kind, what), {}).items():
                        if form != ALL and count < MIN_FORM:
                            form = SMALL_FORMS
                        before = forms.get(form, (0, 0))
                        forms[form] = before[0] + count, before[1] + wrong
                if not forms:
                    continue
                count, wrong = forms.pop(ALL)
                if forms.get(SMALL_FORMS, (MIN_FORM, 0))[0] < MIN_FORM:
                    del forms[SMALL_FORMS]
                worst = max(forms, key=lambda form: (forms[form][1] / max(forms[form][0], 1), form), default="")
                worst_share = forms[worst][1] / max(forms[worst][0], 1) if worst else 0.0
                found.append(Result(aim, part, way, count, wrong, worst_share, worst))
    return found
