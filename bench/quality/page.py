"""Makes docs/quality.md, its figures and the tables in the READMEs from one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template
from typing import Final

import msgspec

from bench.marked import markdown_table, put_between
from bench.quality.aims import AIMS, Result, results
from bench.quality.contenders import EXPRESSION, MAPPED, SERVICE, TAGGER
from bench.quality.measure import Figures
from bench.quality.scores import ALL

FIGURES: Final = "quality/figures.json"
WORST: Final = 30
"""Forms on the page."""
_PART_NAMES: Final = {"held_out": "held out", "dev": "development", "public": "public", "lines": "lines"}
_CONTENDERS: Final = {SERVICE: "service", EXPRESSION: "expressions", TAGGER: "jieba.posseg"}
_HEADLINE: Final = {
    "names in clear, in each form": ("names in clear in remarks and traces", "备注和轨迹中可读的姓名"),
    "phones with too few digits hidden": ("phones with fewer than six digits hidden", "遮盖不足六位的电话"),
    "rooms shown in addresses": ("rooms shown", "显示出的室号"),
    "units shown in addresses": ("units shown", "显示出的单元号"),
    "floors shown in addresses": ("floors shown", "显示出的楼层"),
    "roads and places starred in addresses": ("roads and places starred", "误遮的道路和地名"),
    "labelled order numbers starred": ("labelled order numbers starred", "误遮的订单号"),
    "calm texts changed": ("harmless texts changed", "误改的普通文本"),
    "foreign units shown silently": ("foreign units shown without a warning", "境外地址中未提示而显示的门牌单元"),
    "other characters starred in texts with findings": ("other characters starred", "误遮的其他字符"),
}
"""Aims that the READMEs show, in English and Chinese."""


def aims(figures: Figures) -> str:
    """Every aim in every part and way."""
    rows = [
        (
            one.aim.name,
            _PART_NAMES[one.part],
            one.way,
            f"≤ {_percent(one.aim.limit)}",
            f"{one.wrong:,} of {one.count:,}",
            _percent(one.share),
            f"{_percent(one.worst)} ({one.worst_form})" if one.aim.each_form else "–",
            "met" if one.met else "**missed**",
        )
        for one in results(figures.scores[SERVICE])
    ]
    heads = ("aim", "corpus", "member", "limit", "wrong", "share", "worst form", "")
    return markdown_table(heads, rows)


def beside(figures: Figures) -> str:
    """The service beside the other contenders, on the held-out part and in mapped members."""
    return _beside(figures, 0, ("aim", *(_CONTENDERS[name] for name in figures.scores)))


def headline(figures: Figures) -> str:
    """The table of README.md."""
    return beside(figures)


def chinese_headline(figures: Figures) -> str:
    """The table of README.zh-CN.md."""
    names = {SERVICE: "本服务", EXPRESSION: "手写正则", TAGGER: "jieba.posseg"}
    return _beside(figures, 1, ("指标", *(names[name] for name in figures.scores)))


def forms(figures: Figures, most: int | None = None) -> str:
    """What of the service goes wrong, by form, the most first; forms in which nothing does are left out."""
    rows = [
        (
            _PART_NAMES[one.part],
            one.way,
            one.kind,
            one.form,
            one.what,
            f"{one.wrong} of {one.count}",
            _percent(one.share),
        )
        for one in sorted(figures.scores[SERVICE], key=lambda one: -one.wrong)
        if one.form != ALL and one.wrong
    ]
    return markdown_table(("corpus", "member", "kind", "form", "what", "wrong", "share"), rows[:most])


def examples(figures: Figures) -> str:
    """What went wrong, before and after; not of the held-out part, which no rule is written for."""
    lines = [
        f"- {one.way} {one.kind}, {one.what}: `{_line(before)}` → `{_line(after)}`"
        for one in figures.scores[SERVICE]
        if one.part != "held_out" and (one.form != ALL or one.part == "public")
        for before, after in one.examples
    ]
    return "\n".join(sorted(set(lines)))


def page(figures: Figures) -> str:
    """docs/quality.md."""
    text = Template(Path(__file__).with_name("page.md").read_text("utf-8"))
    there = {"public", "lines"} <= figures.digests.keys()
    return text.substitute(
        aims=aims(figures),
        beside=beside(figures),
        forms=forms(_without_public(figures), WORST),
        worst=WORST,
        sizes=", ".join(f"{_PART_NAMES[part]} {size:,}" for part, size in figures.sizes.items()),
        public="" if there else " **Not all public corpora were measured.**",
        tagger="" if TAGGER in figures.scores else " **It was not installed in this run.**",
        digests="\n".join(f"- {_PART_NAMES[part]}: `{digest}`" for part, digest in figures.digests.items()),
    )


def saved(folder: Path) -> Figures:
    """The figures that the page in a folder was made of."""
    return msgspec.json.decode((folder / FIGURES).read_bytes(), type=Figures)


def save(figures: Figures, folder: Path) -> None:
    """Write figures and page, and feed the READMEs beside the folder where they have a place for the table.

    No text of the public corpus is written.
    """
    (folder / FIGURES).parent.mkdir(exist_ok=True)
    kept = msgspec.structs.replace(
        figures,
        scores={
            name: [msgspec.structs.replace(one, examples=[]) for one in scores]
            for name, scores in figures.scores.items()
        },
    )
    (folder / FIGURES).write_bytes(_lines(kept))
    (folder / "quality.md").write_text(page(kept), "utf-8")
    for name, table in READMES.items():
        path = folder.parent / name
        if path.exists():
            path.write_text(put_between(path.read_text("utf-8"), "quality", table(figures)), "utf-8")


def _lines(figures: Figures) -> bytes:
    """JSON with a line for each score, so that a change shows what it changed."""
    scores = ",\n".join(
        f'"{name}": [\n' + ",\n".join(msgspec.json.encode(one).decode() for one in found) + "\n]"
        for name, found in figures.scores.items()
    )
    head = f'"digests": {msgspec.json.encode(figures.digests).decode()},\n'
    sizes = f'"sizes": {msgspec.json.encode(figures.sizes).decode()},\n'
    return f'{{\n{head}{sizes}"scores": {{\n{scores}\n}}\n}}\n'.encode()


def _without_public(figures: Figures) -> Figures:
    kept = [one for one in figures.scores[SERVICE] if one.part not in ("public", "lines")]
    return msgspec.structs.replace(figures, scores={SERVICE: kept})


READMES: Final[Mapping[str, Callable[[Figures], str]]] = {"README.md": headline, "README.zh-CN.md": chinese_headline}
"""Documents beside the folder that show the table."""


def _beside(figures: Figures, language: int, heads: tuple[str, ...]) -> str:
    chosen = [aim for aim in AIMS if aim.name in _HEADLINE]
    by_contender: dict[str, dict[str, Result]] = {
        name: {one.aim.name: one for one in results(scores, chosen) if (one.part, one.way) == ("held_out", MAPPED)}
        for name, scores in figures.scores.items()
    }
    rows = []
    for aim in chosen:
        cells = (found[aim.name] for found in by_contender.values() if aim.name in found)
        rows.append((_HEADLINE[aim.name][language], *(_percent(one.share) for one in cells)))
    return markdown_table(heads, rows)


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _line(text: str) -> str:
    return text.replace("\n", "⏎").replace("`", "'")
