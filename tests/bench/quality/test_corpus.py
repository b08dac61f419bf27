"""The corpora are what their sources make, and hold what the figures claim."""

import hashlib
from pathlib import Path

import pytest

from bench.quality import corpus, public
from bench.quality.corpus import HERE, MARKS, PARTS, Span


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_what_its_sources_make(part: str) -> None:
    made, loaded = list(corpus.make(part)), corpus.load(part)

    assert len(made) == len(loaded)
    assert [one.id for one, other in zip(made, loaded, strict=True) if one != other] == []


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_the_digest_that_is_written_down(part: str) -> None:
    line = f"{hashlib.sha256(corpus.path(part).read_bytes()).hexdigest()}  {part}.ndjson"

    assert line in (HERE / "SHA256SUMS").read_text().splitlines()


@pytest.mark.parametrize("part", PARTS)
def test_every_span_is_within_its_text_and_has_a_known_label(part: str) -> None:
    labels = {*MARKS.values(), "given"}

    for text in corpus.load(part):
        assert all(0 <= one.start < one.end <= len(text.text) and one.label in labels for one in text.spans), text.id


@pytest.mark.parametrize("part", PARTS)
def test_no_mark_or_slot_is_left_in_a_text(part: str) -> None:
    assert [text.id for text in corpus.load(part) if set(text.text) & set("{}<>")] == []


def test_there_are_enough_texts_forms_and_countries() -> None:
    texts = {part: corpus.load(part) for part in PARTS}
    everything = [text for part in texts.values() for text in part]
    foreign = {text.form for text in everything if text.kind == "foreign"}

    assert len(everything) >= 3_000
    assert sum(text.source == "hand" for text in everything) >= 600
    assert len(texts["held_out"]) * 3 >= len(everything)
    assert len({text.form for text in everything if text.kind == "text"}) >= 30
    assert len(foreign - {"no-unit"}) >= 40


def test_the_held_out_part_shares_no_text_and_few_given_names_with_the_development_part() -> None:
    def given(part: str) -> set[str]:
        return {
            text.text[one.start : one.end]
            for text in corpus.load(part)
            for one in text.spans
            if one.label == "given" and text.kind == "text"
        }

    of_dev, dev = {text.text for text in corpus.load("dev")}, given("dev")
    held_out = given("held_out")
    both = len(held_out & dev)  # a number, as a failure prints what is compared

    assert [text.id for text in corpus.load("held_out") if text.text in of_dev] == []
    assert both * 10 < len(held_out)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("{n歐陽曉彤}女士親啟", ["曉彤"]),
        ("Mr. {nS|mith} at reception", ["mith"]),
        ("{n阿迪力·库尔班}", ["迪力", "库尔班"]),
        ("{n司马|琳}", ["琳"]),
        ("找{n王丽}", ["丽"]),
        ("{nJohn Smith}", ["ohn", "Smith"]),
        ("保安{k杨}师傅", []),
    ],
    ids=["double family name", "title", "parts", "marked by hand", "one character", "Latin", "family name alone"],
)
def test_given_names_are_told_from_family_names(text: str, given: list[str]) -> None:
    plain, spans = corpus.marked(text)

    assert [plain[one.start : one.end] for one in spans if one.label == "given"] == given


def test_the_public_format_is_read_by_blocks() -> None:
    texts = public.read("城 B-road\n西 I-road\n路 I-road\n5 B-roadno\n号 I-roadno\n302 B-roomno\n\n张 B-person\n\n")

    assert [(text.text, text.spans) for text in texts] == [
        ("城西路5号302", (Span(0, 3, "road"), Span(3, 5, "road"), Span(5, 8, "room"))),
        ("张", (Span(0, 1, "person"),)),
    ]


def test_lines_are_read_with_the_order_of_their_parts() -> None:
    characters = "\x02".join("欧阳小明13812345678浙江省杭州市9号")
    labels = "\x02".join(
        ["B-P", *["I-P"] * 3, "B-T", *["I-T"] * 10, "B-A1", *["I-A1"] * 2, "B-A2", *["I-A2"] * 2, "B-A4", "I-A4"]
    )
    (text,) = public.read_lines(f"text_a\tlabel\n{characters}\t{labels}\n")

    found = [(span.label, text.text[span.start : span.end]) for span in text.spans]
    assert text.form == "name phone address"
    assert found == [
        ("name", "欧阳小明"),
        ("phone", "13812345678"),
        ("place", "浙江省"),
        ("place", "杭州市"),
        ("given", "小明"),
    ]


def test_another_file_than_the_public_corpus_is_refused(tmp_path: Path) -> None:
    (tmp_path / public.FILE).write_text("城 B-road\n")

    with pytest.raises(public.OtherCorpusError, match="is not the"):
        public.load(tmp_path)
    with pytest.raises(public.OtherCorpusError, match="is not the"):
        public.load_lines(tmp_path)
