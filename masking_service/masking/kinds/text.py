"""Masks texts: remarks, instructions, trace texts, and members of which nothing is known.

Four things are looked for, in this order: values that a label announces (`labels`), phones and other numbers
(`numbers_in_text`), names beside a cue (`names_in_text`), and addresses with a house and a room
(`addresses_in_text`). Each is shown as the profile shows its kind; all else stays. A text without any sign of them
costs one search (`worth_reading`), and so do many of them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from masking_service.masking.addresses.addresses_in_text import may_be_address, may_hold_address, may_hold_latin_units
from masking_service.masking.addresses.foreign_addresses import hide_foreign_units
from masking_service.masking.addresses.foreign_lines import foreign_lines
from masking_service.masking.addresses.han_units_in_text import hide_units_in_text, may_hold_units
from masking_service.masking.effort import UNBOUNDED, Effort, Share, estimate
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.table import OF_A_PERSON
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.members.name_words import PARTY, name_words
from masking_service.masking.names.latin_names import has_name_at_end
from masking_service.masking.names.names_in_text import effort, holds_names, names_in, starred_alone
from masking_service.masking.numbers.abroad import read_valid
from masking_service.masking.numbers.codes_in_text import codes_in, without_codes
from masking_service.masking.numbers.numbers_in_text import HAN_DIGITS, holds_no_number, orders_in, worth_scanning
from masking_service.masking.records.leaks import may_leak
from masking_service.masking.records.spellings import Mask, digits_of, hide_names, hide_phones, name_needles, needles
from masking_service.masking.stars import stars, steady
from masking_service.masking.texts.escapes import hide_escaped, holds_escaped_han, unescaped
from masking_service.masking.texts.labels import Pay, labelled_values, may_hold_labels, unpaid
from masking_service.masking.texts.outlines import MAX_LENGTH, Needles, Outlines
from masking_service.masking.texts.pieces import Pieces
from masking_service.masking.texts.segments import (
    Value,
    fields_of_label,
    may_hold_segments,
    name_of_field,
    values_of_segments,
)
from masking_service.masking.texts.tables_in_text import may_hold_table, values_of_tables
from masking_service.masking.words.alternatives import only_at
from masking_service.masking.words.expressions import Expression

_SEARCHED_AS: Final = {PARTY: "name", "virtual_phone": "phone"}
_DIGIT_OR_STAR: Final = re.compile(r"[\d*]").search
"""Tells that a party is more than a name, or is a mask, in which no new name may be found."""

_ROUNDS: Final = 3
MAX_STEADY: Final = 4096
"""Characters of a text that is read at once; longer ones are read in parts.

Of a record whose texts have more in all, not all are masked until nothing changes: that would take too long.
"""
MAX_OF_LONG: Final = 55_000
"""Units that a long text may take; the rest of it is hidden. Calm texts of 20,000 characters fit."""
_MAX_ADDRESS_LENGTH: Final = 256
"""Characters of a sentence in which an address is looked for."""
BETWEEN: Final = "\n~~\n"
"""Between texts that are searched together: no word, name or label reaches over it, and each text is a line."""
_A_MOBILE: Final = "13812345678"
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_WORDS: Final = r"\u4e00-\u9fff ，。！？、；（）【】"
_USUAL: Final = re.compile(
    rf"[{_WORDS}]*(?:(?:(?:电话|手机|号码|联系方式)[:：])?1[3-9][0-9]{{9}}(?![0-9])[{_WORDS}]*){{0,3}}"
).fullmatch
_USUAL_SENTENCES: Final = re.compile(rf"[{_WORDS}\n]*(?:1[3-9][0-9]{{9}}(?![0-9])[{_WORDS}\n]*)*").fullmatch
_UNUSUAL: Final = re.compile(
    only_at(
        f"{HAN_DIGITS}0-9微薇威徽扣支旺抖快小闲咸钉飞陌尾后末转卡账帐身",
        rf"[{HAN_DIGITS}](?:[ -]?[{HAN_DIGITS}0-9]){{4}}|(?:[{HAN_DIGITS}0-9][ -]?){{5}}[{HAN_DIGITS}]"
        "|(?:微信|薇信|威信|徽信|扣扣|支付宝|旺旺|抖音|快手|小红书|闲鱼|咸鱼|钉钉|飞书|微博|陌陌"
        "|尾号|尾数|后四位|末四位|转[（ ]"
        "|卡号|账号|账户|帐号|身份)",
    )
).search
"""What only the whole scan reads."""
MAX_QUICK: Final = 64
"""Characters of a text that is masked in one pass."""
MAX_FREE: Final = 100
"""Units that names in a text may take at most where they are looked for unpaid."""
MAX_UNPAID: Final = 300
"""Units that names in a text may take at most in a column, or by an outline."""
_A_QUICK_TEXT: Final = 30
"""Microseconds that such a text takes besides the search for names."""
_READINGS: Final = 4.5
"""Searches for names: whether there are any, to hide them, and where stars separate others."""
_STARS: Final = "******"
"""In the mask of a phone."""
_LONGEST_ALONE: Final = 11
"""Digits: a longer number beside a name must be valid with the code of a country."""
_LOCAL: Final = r"[5-9][0-9]{3}[ -]?[0-9]{4}(?![0-9A-Za-z*\-])"
_DATE: Final = r"[0-3]?[0-9][ .\-][01]?[0-9][ .\-](?:19|20)?[0-9]{2}(?![0-9 ])|(?:19|20)[0-9]{2}[ .\-]"
_ABROAD: Final = (
    rf"(?!{_DATE}|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])[0-3])(?:\+?[0-9]{{9,13}}"
    r"|(?=(?:[ \-]?[0-9]){10,11}(?![0-9]))[0-9]{2,5}[ \-](?:[0-9]{2,5}[ \-])?[0-9]{4,6})"
    r"(?![0-9A-Za-z*%件个元块]|[\-.][0-9])"
)
_LOCAL_PHONE: Final = Expression(
    rf"(?:[\u3400-\u9fff]\*{{1,3}}(?:先生|女士|小姐)?|[A-Za-z\u0400-\u04ff]\*+(?: \*+){{0,3}}(?=[ (（,，:：]))"
    r"[\s（(,，:：、]{0,2}(?:[佢他她]?(?:電話|电话|致電|致电|打|call |[Tt]el)[係系是:：]?[ \t]?)?"
    rf"(?P<behind>{_LOCAL}|{_ABROAD})"
    rf"|[A-Za-z]\*+(?: \*+){{0,3}},? (?:al|au|unter|on|at|ao|op|na|под|по|[Tt]el\.?:?) (?!{_DATE})"
    r"(?P<called>\+?[0-9](?:[ .\-]?[0-9]){7,12})(?![0-9A-Za-z*])"
    rf"|(?<![0-9A-Za-z*\-.])(?P<before>{_LOCAL}|{_ABROAD})[\s,，、]{{0,2}}(?=[\u3400-\u9fff]\*{{1,3}}(?![0-9*]))"
).finditer
"""Beside a name's mask, a number of another country, a short one of Hong Kong, or one behind a preposition."""
_SENTENCES: Final = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]*")
_CLAUSES: Final = re.compile(r"[^。；;！!？?\n，,、 ]*+[。；;！!？?\n，,、 ]?").findall
_HIDDEN_OF_A_CLAUSE: Final = re.compile(r"[^!-~。；！？\n，、 ]+").sub
"""What is hidden of a clause too long to read: all but ASCII words, in which no name is."""


class TextMask:
    """Masks texts under one profile.

    Args:
        masks: the masks of the kinds that the profile hides, of parties, too (`profiles`).
        scan: hides what `numbers_in_text` finds.
        keep: what is never taken for a name.
        hide: what is always hidden.
    """

    def __init__(
        self, masks: Mapping[str, Mask], scan: Mask, keep: Iterable[str] = (), hide: Iterable[str] = ()
    ) -> None:
        self._masks = masks
        self._kept = frozenset(keep)
        words = "|".join(map(re.escape, sorted(hide, key=len, reverse=True)))
        self._hidden = re.compile(words) if words else None
        self.scan = scan
        shown = scan(_A_MOBILE).lstrip("*")
        hidden = "*" * (len(_A_MOBILE) - len(shown))
        self._mobile = lambda match: hidden + match[0][len(hidden) :]
        self._outlines = Outlines(self._read_counted, self._kept)
        self._pieces = Pieces(self._outlines, self._show_sentences)

    def __call__(self, text: str) -> str:
        """What shows of a text; the same object where nothing is hidden."""
        if self.plain(text) is not None:
            return text
        found = self.mask(text)
        return text if found.text == text else found.text

    def hides_word(self, text: str) -> bool:
        """Whether a text, or one of its lines, has a word that is always hidden."""
        return self._hidden is not None and self._hidden.search(text) is not None

    def worth_reading(self, text: str) -> bool:
        """False for a text in which `mask` hides nothing but what `numbers_in_text` finds."""
        return self.hides_word(text) or worth_reading(text) or self._hides_plain_name(text)

    def any_worth_reading(self, texts: Sequence[str]) -> bool:
        """Whether one of many texts is worth reading; they are searched together."""
        lines = BETWEEN.join(texts)
        return (
            self.hides_word(lines)
            or any_worth_reading(texts)
            or (self._outlines.has_names(lines) and any(map(self._hides_plain_name, texts)))
        )

    def _hides_plain_name(self, text: str) -> bool:
        """Whether an outline finds a name: with words for given names, which may say something in a text (郑成功)."""
        if self._hidden is not None or len(text) > MAX_LENGTH or not self._outlines.has_names(text):
            return False
        known = self._outlines.of([text])[0]
        return known is not None and not known[0].stays

    def stays(self, text: str) -> bool:
        """Whether nothing of a text is hidden, and no digit is in it."""
        return plain_text(text) is not None and not self.hides_word(text)

    def plain(self, text: str) -> str | None:
        """Return a text that holds nothing to mask and no digit; None for every other one, and for a costly one."""
        if self.hides_word(text):
            return None
        if len(text) <= MAX_LENGTH and (known := self._outlines.of([text])[0]) is not None:
            free = known[0].stays and known[0].cost <= MAX_FREE
            return text if free and holds_no_number(text) and not text.isspace() else None
        return plain_text(text) if effort(text) <= MAX_FREE else None

    def mask(self, text: str, context: str = NEUTRAL, scan: Mask | None = None, pay: Pay = unpaid) -> Found:
        """Mask a text.

        Args:
            text: not blank.
            context: what the objects around the text say of their members (`member_names`).
            scan: hides numbers in place of the profile's own scan.
            pay: takes what reading costs, in microseconds.

        Raises:
            InvalidRecord: by `pay`.
        """
        if (found := self._by_outline(text, context, pay)) is not None:
            return self._settled(text, found, context, pay) if "*" in text else found
        return self._read(text, context, scan or self.scan, pay)

    def _by_outline(self, text: str, context: str = NEUTRAL, pay: Pay = unpaid) -> Found | None:
        """Mask a text by its outline; None if it has to be read by itself."""
        if self._hidden is not None:
            return None
        if len(text) > MAX_LENGTH:
            return self._by_pieces(text, context, pay)
        known = self._outlines.of([text], context)[0]
        if known is None:
            return None
        outline, slots = known
        pay(outline.cost)
        found = Found(outline.shown(slots))
        phones, names = outline.needles(slots)
        found.phones, found.names = [*phones], [*names]
        return found

    def _by_pieces(self, text: str, context: str, pay: Pay) -> Found | None:
        """Mask a long text by the outlines of its pieces; None if it has to be read by itself."""
        if "name" not in self._masks or not _USUAL_SENTENCES(text):
            return None
        pieces = self._pieces.of(text, context, pay)
        if pieces is None:
            return None
        found = Found("".join([outline.shown(slots) + gap for outline, slots, gap in pieces]))
        for outline, slots, _ in pieces:
            phones, names = outline.needles(slots)
            found.phones += phones
            found.names += names
        return found

    def _read_counted(self, text: str, context: str) -> tuple[str, list[str], list[str], float] | None:
        """Mask a text by itself and count the cost; None if it costs too much unpaid."""
        if effort(text) > MAX_UNPAID:
            return None
        costs: list[float] = []
        found = self._read(text, context, self.scan, costs.append)
        return found.text, found.phones, found.names, sum(costs)

    def _read(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        """Mask a text by itself, a long one part by part."""
        if len(text) > MAX_STEADY:
            return self._read_parts(text, context, scan, pay)
        return self._settled(text, self._read_alone(text, context, scan, pay), context, pay)

    def _read_parts(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        """Mask a long text part by part; hide a part that costs too much, and what is behind it."""
        found = Found("")
        purse = _Purse(MAX_OF_LONG - estimate("text", text), pay)
        try:
            text = self._show_cells(found, text, purse.pay)
        except _TooCostlyError:
            return Found(stars(text))
        for part in _parts(text):
            try:
                read = self._read_part(part, context, scan, purse)
            except _TooCostlyError:
                purse.left = 0
                read = Found(stars(part))
            found.text += read.text
            found.phones += read.phones
            found.names += read.names
        return found

    def _show_cells(self, found: Found, text: str, pay: Pay) -> str:
        """What shows of a long text in whose tables only the cells are masked: a part has not the headers of all."""
        shown: list[str] = []
        done = 0
        for start, end, kind in values_of_tables(text, pay):
            shown += text[done:start], self._of_kind(found, kind, text[start:end], pay)
            done = end
        return "".join([*shown, text[done:]])

    def _read_part(self, part: str, context: str, scan: Mask, purse: _Purse) -> Found:
        """Mask a part of a long text.

        Raises:
            _TooCostlyError: no more may be spent on the text.
        """
        if len(part) > MAX_STEADY:
            scanned = part if holds_no_number(part) else scan(part)
            return Found(_HIDDEN_OF_A_CLAUSE(lambda run: stars(run[0]), scanned))
        if purse.left <= 0:
            raise _TooCostlyError
        purse.pay(effort(part))
        if part.isspace() or self.stays(part):
            return Found(part)
        return self._read(part, context, scan, purse.pay)

    def _settled(self, text: str, found: Found, context: str = NEUTRAL, pay: Pay = unpaid) -> Found:
        """Mask the rest of a text until its outline hides nothing more: stars may separate a name, or join stars."""
        for _ in range(_ROUNDS):
            if found.text == text or not ("*" in text or self._outlines.has_names(found.text)):
                return found
            again = self._by_outline(found.text, context, pay)
            if again is None or again.text == found.text:
                return found
            again.phones += found.phones
            again.names += found.names
            found = again
        found.text = stars(found.text)
        return found

    def _read_alone(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        if len(text) <= MAX_QUICK and (quick := self.mask_usual(text, pay)) is not None:
            return quick
        if holds_escaped_han(text):
            read = unescaped(text)
            shown = self._mask_once(read, context, scan, pay).text
            if shown == read:
                return Found(text)
            text = hide_escaped(text, shown)
        found = self._mask_once(text, context, scan, pay)
        if found.text != text:
            # Stars may make a number, or a label's value, of what is beside them.
            found.text = steady(lambda masked: self._mask_once(masked, context, scan, pay).text, found.text, _ROUNDS)
        return found

    def mask_usual(self, text: str, pay: Pay = unpaid) -> Found | None:
        """Mask a text of Han, signs, plain mobile numbers and names in one pass; None for others.

        It gives the result of `mask`, in a fraction of the time: such a text holds no label, address or other number,
        and its masks make none of what is beside them.
        """
        if len(text) > MAX_QUICK or "name" not in self._masks or not _USUAL(text):
            return None
        return self._mask_plain(text, pay)

    def _show_sentences(self, text: str) -> str | None:
        """What shows of sentences of such words, numbers and names; None for every other text."""
        found = self._mask_plain(text) if _USUAL_SENTENCES(text) else None
        return None if found is None else found.text

    def _mask_plain(self, text: str, pay: Pay = unpaid) -> Found | None:
        if (
            _UNUSUAL(text)
            or self.hides_word(text)
            or may_hold_address(text)
            or may_be_address(text)
            or may_hold_units(text)
            or may_hold_latin_units(text)
        ):
            return None
        if pay is not unpaid:
            pay(_A_QUICK_TEXT + _READINGS * effort(text))
        found = Found(_MOBILE.sub(self._mobile, text))
        spans = names_in(found.text)
        for start, end in reversed(spans):
            self._hide_name(found, start, end)
        if not all(starred_alone(found.text, *span) for span in spans) and names_in(found.text):
            return None
        return found

    def mask_column(
        self, values: Sequence[Any], left: Effort = UNBOUNDED, context: str = NEUTRAL
    ) -> tuple[list[str | None], list[Needles | None]]:
        """Mask many texts.

        Args:
            values: what came in.
            left: pays for each text what reading it takes, also where its outline is known: a batch is accepted
                everywhere or nowhere.
            context: what the objects around the texts say of their members (`member_names`).

        Returns:
            What shows of each, None for one that only `mask` can read, and what was found in each, if anything was.
        """
        if self._hidden is not None or {*map(type, values)} != {str}:
            return [self.plain(value) if type(value) is str else None for value in values], [None] * len(values)
        shown: list[str | None] = []
        needles: list[Needles | None] = []
        short = [value if len(value) <= MAX_LENGTH else "" for value in values]
        outlines = self._outlines.each(short, context)
        for value in values:
            found: Needles | None = None
            if left.left <= 0:  # no outline is read that cannot be paid
                shown.append(None)
            elif (known := next(outlines)) is None or len(value) > MAX_LENGTH:
                alone = self._alone(value, left, context)
                left.rest()
                shown.append(None if alone is None else alone.text)
                found = None if alone is None or alone.text == value else (alone.phones, alone.names)
            elif not left.take(known[0].cost):
                shown.append(None)
            elif known[0].stays:
                shown.append(None if value.isspace() else value)
            else:
                outline, slots = known
                shown.append(outline.shown(slots))
                found = outline.needles(slots)
            needles.append(found)
        return shown, needles

    def _alone(self, text: str, left: Effort, context: str) -> Found | None:
        """A text of many that is read by itself; None for one that only `mask` can read."""
        if len(text) > MAX_STEADY:
            return None
        cost = effort(text)
        if len(text) <= MAX_LENGTH and cost > MAX_UNPAID:
            return None
        if not left.take(cost if len(text) > MAX_LENGTH else _READINGS * cost):
            return None
        if plain_text(text) is not None:
            return Found(text)
        if len(text) > MAX_LENGTH:
            try:
                return self._by_pieces(text, context, Share(left).pay)
            except InvalidRecord:
                return None
        found = None if text.isspace() else self.mask_usual(text)
        return found and self._settled(text, found, context)

    def _mask_once(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        fields = fields_of_label(text)
        if len(fields) == 1:
            return self._mask_part(text, context, scan, pay)
        found = Found("")
        for at, field in enumerate(fields):
            part = Found(field)
            if at % 2 == 0 and field.strip():
                part = self._mask_part(field, context, scan, pay)
                if "name" in self._masks and part.text == field and at and name_of_field(field):
                    self._hide_name(part, 0, len(field))
            found.text += part.text
            found.phones += part.phones
            found.names += part.names
        return found

    def _mask_part(self, text: str, context: str, scan: Mask, pay: Pay) -> Found:
        found = Found(text)
        labelled: Sequence[Value] = labelled_values(text, context, pay)
        values = values_of_segments(text) if may_hold_segments(text) else values_of_tables(text, pay)
        if values:
            apart = [one for one in labelled if all(one[1] <= start or end <= one[0] for start, end, _ in values)]
            labelled = sorted([*values, *apart])
        for start, end, kind in reversed(labelled):
            found.put(start, end, self._of_kind(found, kind, text[start:end], pay))
        numbers = worth_scanning(found.text)
        if numbers:
            found.text = scan(found.text)
        address = may_hold_address(found.text)
        if "name" in self._masks and (numbers or address or labelled or _STARS in text or holds_names(found.text)):
            pay(effort(found.text))
            self._hide_names(found, address=address or (_STARS in found.text and may_be_address(found.text)))
            if "phone" in self._masks and "*" in found.text:
                self._hide_local_phones(found)
        if "address" in self._masks:
            codes = codes_in(found.text)
            masked, found.text = found.text, without_codes(found.text, codes)
            if address:
                found.text = self._addresses(found.text, pay)
            if may_hold_units(found.text):
                pay(estimate("address", found.text))
                found.text = hide_units_in_text(found.text)
            if may_hold_latin_units(found.text):
                pay(estimate("address", found.text))
                found.text = _hide_units_abroad(found.text)
            for start, end in codes:
                found.text = found.text[:start] + masked[start:end] + found.text[end:]
        if self._hidden is not None:
            found.text = self._hidden.sub(lambda word: stars(word[0]), found.text)
        return found

    def _of_kind(self, found: Found, kind: str, value: str, pay: Pay) -> str:
        if kind not in self._masks or hidden_form(kind, value) == "opaque":
            return value
        pay(estimate("address" if kind == PARTY else kind, value))
        if hidden_form(kind, value) is None:
            phones, names = needles_of(kind, value)
            found.phones += phones
            found.names += names
        return self._masks[kind](value)

    def _addresses(self, text: str, pay: Pay) -> str:
        """The text with the units of its addresses hidden, read sentence by sentence."""
        if len(text) <= _MAX_ADDRESS_LENGTH:
            pay(estimate("address", text))
            return self._masks["address"](text)
        sentences = _SENTENCES.findall(text)
        pay(sum(estimate("address", one) for one in sentences))
        return "".join(
            [
                self._masks["address"](one) if len(one) <= _MAX_ADDRESS_LENGTH and may_hold_address(one) else one
                for one in sentences
            ]
        )

    def _hide_names(self, found: Found, *, address: bool) -> None:
        for start, end in reversed(names_in(found.text, address=address)):
            self._hide_name(found, start, end)

    def _hide_local_phones(self, found: Found) -> None:
        """Hide numbers of other countries, and of eight digits as in Hong Kong, beside the mask of a name."""
        orders: list[tuple[int, int]] | None = None
        for match in reversed([*_LOCAL_PHONE(found.text)]):
            start, end = match.span(match.lastgroup or 0)
            orders = orders_in(found.text) if orders is None else orders
            number = "+" + found.text[start:end].lstrip("+")
            too_long = sum(map(str.isdecimal, number)) > _LONGEST_ALONE and read_valid(number) is None
            if too_long or any(start < last and first < end for first, last in orders):
                continue
            found.phones += [digits_of(number), *needles_of("phone", found.text[start:end])[0]]
            found.put(start, end, self._masks["phone"](found.text[start:end]))

    def _hide_name(self, found: Found, start: int, end: int) -> None:
        name = found.text[start:end]
        words = name_words()
        if name not in self._kept and not (words.is_word(name) or name.casefold() in words.anyone):
            found.names += name_needles(name)
            found.put(start, end, self._masks["name"](name))


def _hide_units_abroad(text: str) -> str:
    """The text with the units that words tell as stars, and in a line that is an address those of places, too."""
    text = hide_foreign_units(text, places=False)
    for start, end in foreign_lines(text):
        text = text[:start] + hide_foreign_units(text[start:end]) + text[end:]
    return text


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a long text: whole clauses, as many as are read at once, or one longer clause."""
    part = ""
    for clause in _CLAUSES(text):
        if part and len(part) + len(clause) > MAX_STEADY:
            yield part
            part = ""
        part += clause
    if part:
        yield part


class _TooCostlyError(Exception):
    """No more may be spent on a long text."""


class _Purse:
    """The units left for the parts of a long text, the same in a view as at storing.

    Args:
        left: units.
        pay: takes what is spent.
    """

    def __init__(self, left: float, pay: Pay) -> None:
        self.left = left
        self._pay = pay

    def pay(self, cost: float) -> None:
        if cost > self.left:
            raise _TooCostlyError
        self.left -= cost
        self._pay(cost)


class Found:
    """What shows of a text, and the phones and names to look for elsewhere."""

    __slots__ = ("names", "phones", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.phones: list[str] = []
        self.names: list[str] = []

    def put(self, start: int, end: int, shown: str) -> None:
        """Show this in place of a span."""
        self.text = self.text[:start] + shown + self.text[end:]


def worth_reading(text: str) -> bool:
    """False for a text in which nothing can be hidden but by `numbers_in_text`."""
    return len(text) > MAX_STEADY or holds_names(text) or _holds_more(text) or may_hold_table(text)


def any_worth_reading(texts: Iterable[str]) -> bool:
    """Whether one of many texts is worth reading; they are searched together."""
    texts = [*texts]
    lines = BETWEEN.join(texts)
    tables = lines.count("\n") > BETWEEN.count("\n") * (len(texts) - 1) and any(map(may_hold_table, texts))
    return tables or holds_names(lines) or _holds_more(lines) or any(map(has_name_at_end, texts))


def _holds_more(lines: str) -> bool:
    return (
        may_hold_labels(lines)
        or may_hold_segments(lines)
        or may_hold_address(lines)
        or may_hold_units(lines)
        or may_hold_latin_units(lines)
        or holds_escaped_han(lines) is not None
    )


def plain_text(value: str) -> str | None:
    """Return a text that holds nothing to mask and no digit; None for every other one."""
    return value if holds_no_number(value) and not value.isspace() and not worth_reading(value) else None


def masks_of(mask_of: Callable[[str], Mask | None], mask_party: Mask) -> dict[str, Mask]:
    """The masks of the kinds that a profile hides, of parties, too.

    Args:
        mask_of: the profile's mask of a kind; None if such values pass.
        mask_party: its mask of parties.
    """
    masks = {kind: mask for kind in OF_A_PERSON if (mask := mask_of(kind)) is not None}
    if "phone" in masks:
        masks["virtual_phone"] = masks["phone"]
    masks[PARTY] = mask_party
    return masks | {PARTY: _steady_party(masks)}


def _steady_party(masks: Mapping[str, Mask]) -> Mask:
    """The mask of a party, in which nothing is left that would be hidden if it came in so.

    Args:
        masks: the masks of the kinds that the profile hides, of parties, too.
    """

    def without_needles(masked: str, party: str) -> str:
        """Hide in a mask what the leak guard looks for where a party is masked."""
        phones, names = needles_of(PARTY, party)
        if may_leak([masked], phones, names):
            masked = hide_phones(masked, phones, masks.get("phone", stars))
            masked = mask_once(hide_names(masked, names, masks.get("name", stars)))
        return masked

    def mask(party: str) -> str:
        once = without_needles(mask_once(party), party)
        return steady(lambda masked: without_needles(masked, masked), once, _ROUNDS)

    mask_once = masks[PARTY]
    return mask


def needles_of(kind: str, text: str) -> tuple[list[str], list[str]]:
    """The phones and names to look for elsewhere where a value is masked by its name or label."""
    phones, names = needles(_SEARCHED_AS.get(kind, kind), text)
    return phones, [] if kind == PARTY and _DIGIT_OR_STAR(text) else names
