"""Finds names of people in Latin letters, by announcing words, verbs and given names.

A word that says little (for, to, is) announces only a name with a known given name, or one that a verb of people
follows: for Anna Rossi, but not for Apple Watch. A given name that is hardly ever anything else needs no such word in
front of its family name, if the two are not all of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from unicodedata import normalize

from masking_service.masking.around import text_before
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import LATIN_PLACE, LATIN_SITE, STREET_FIRST
from masking_service.masking.words.alternatives import any_of, by_first_letter
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.legal_forms import LATIN_FORMS

Span = tuple[int, int]

_ACCENTS: Final = re.compile("[\u0300-\u036f]").sub
_OTHER_LETTERS: Final = str.maketrans("łøđıё", "lodiе")


def _without_accents(word: str) -> str:
    """Return a word in small letters as people type it who leave accents out."""
    return _ACCENTS("", normalize("NFD", word.translate(_OTHER_LETTERS)))


def _in_both_spellings(words: Sequence[str]) -> set[str]:
    """Return words, and the longer ones without accents, too: żona means wife, but zona a zone."""
    return {
        spelling for word in words for spelling in (word, _without_accents(word) if len(word) > len("żona") else word)
    }


_UPPER: Final = "A-Z\u0400-\u042f" + "".join(
    char for span in (range(0xC0, 0x250), range(0x1E00, 0x1F00)) for char in map(chr, span) if char.isupper()
)
_LETTERS: Final = r"A-Za-z\u00c0-\u024f\u0300-\u036f\u0400-\u04ff\u1e00-\u1eff"
_LETTER: Final = rf"[{_LETTERS}'’]"
_SHORT: Final = "Shri|Engr|Capt|Mudr|Judr|Dipl|Dott|Geom|Arch|Prof|Alex|Chas|Thos|Robt|Benj"
_CAPITALISED: Final = rf"(?:(?:[{_UPPER}]{_LETTER}{{0,2}}|{_SHORT})\.|[{_UPPER}]{_LETTER}*(?:-{_LETTER}+)?)"
"""Part of a regular expression: a word, or a short one with a dot. The dot behind a longer one ends a sentence."""
_LINK: Final = (
    "(?:(?:van|de|der|von|binti?|bte|ben|al|el|da|di|la|le|dos|del|van der|van den|van de|van het|de la"
    "|von der|ter|ten|s/o|d/o|a/l|a/p) )?"
)
LATIN_NAME: Final = rf"{_CAPITALISED}(?:[ ,]{{1,2}}{_LINK}{_CAPITALISED}){{0,3}}"
_NAME: Final = rf"{_CAPITALISED}(?: {_LINK}{_CAPITALISED}){{0,3}}"
_FAMILY_FIRST: Final = "(?:(?:van (?:de[rn]? |het |'t )?|von (?:der |dem )?|ter |ten |de la |'[ts] )?)"
"""Part of a regular expression: small words that begin a family name behind a cue: van der Pouw."""
_SMALL_LETTER: Final = r"[a-z\u00df-\u024f\u0300-\u036f\u0430-\u04ff\u1e00-\u1eff]"
_SMALL: Final = rf"{_SMALL_LETTER}(?:{_SMALL_LETTER}|['’-]){{2,24}}"
_TITLE: Final = rf"(?:(?i:{by_first_letter(cues.LATIN_TITLES)})\b\.?\s)"
_VERB: Final = (
    r"(?:\s(?:will|would|may|must|should"
    r"|wants?|wanted|asks?|asked|has|had|is (?:not |at |in |out|away|on |allergic|the |my |our |here|sick|ill|home)"
    r"|isn't|can|cannot|can't"
    r"|not (?:at|in|home|available|answering|responding|reachable|there)|updated|reported|reports|wrote"
    r"|writes|noted|complained"
    r"|complains|claimed|claims|disputes|disputed|states|stated|mentioned|insists|insisted|replied|responded|emailed|texted"
    r"|messaged|rescheduled|cancelled|canceled|answered|handled|escalated|prefers|preferred|declined|denied|contacted|phoned"
    r"|visited|hopes|wrote|gave|told|ordered|bought|paid|knows|thinks|agreed"
    r"|was (?:not|out|away|at|there)"
    r"|collects?|collected|refused|refuses|signed|lives|said|says|picked|picks|called|calls|received|accepted|requested|requests"
    r"|confirmed|rejected|took|takes|comes|works|did|does|didn't|doesn't|won't|needs|tel|phone|mobile|cell"
    r"|(?:dai|qian)?shou|ziti|dianhua|shouji)\b)"
)
_WISH: Final = r"(?:[,.;]\s(?:please |pls |kindly )?(?:ring|call|knock|leave|text|buzz|phone|dial|do not|don't)\b)"
"""Part of a regular expression: a request to the courier behind the name of a recipient."""

_capital: Final = re.compile(
    rf"[{_UPPER}](?:(?<![\s\S].)|(?<=[.:：\s(（\u4e00-\u9fff].))(?:[{_LETTERS}]|['’][A-Z])"
).search
_CUE: Final = (
    rf"(?:(?i:{by_first_letter(cues.LATIN_CUES)})[.:：\s(\-–]{{1,3}}"
    rf"|(?i:{any_of(_in_both_spellings(cues.LATIN_BEFORE))})[:：\s(\-–]{{1,3}}){_TITLE}?|{_TITLE}"
)
_two_small: Final = re.compile(rf"{_SMALL_LETTER}{{2}}[ .:]{{1,2}}{_SMALL_LETTER}{{3}}").search
_announced: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}])(?:{_CUE}"
    rf"|(?P<sir>(?<![\w:：]\s)M\.\s|(?:{cues.TITLES_IN_TEXTS})\s))(?P<name>{_FAMILY_FIRST}{_NAME})(?!{_LETTER})"
).finditer
_SMALL_TITLE: Final = re.compile(r"\b(?:mr|mrs|ms|dhr|mevr|mme|mlle|sra|srta)\.? $", re.I).search
_announced_small: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}]{{2,}}[^\n]{{3}})"
    rf"(?=(?:{_CUE}|(?:{cues.TITLES_IN_TEXTS})\s)(?P<name>{_SMALL}(?: {_SMALL}){{0,3}}))"
).finditer
"""Finds up to four words in small letters behind a cue; the first of them has to be a known given name."""
_WEAK: Final = any_of((*cues.LATIN_WEAK_WORDS, *cues.LATIN_PERSONS))
_weakly_announced: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}])(?i:{by_first_letter(cues.LATIN_WEAK)}|{_WEAK})\s{_TITLE}?(?P<name>{_NAME})"
    rf"(?!{_LETTER})(?P<verb>{_VERB}|{_WISH})?"
).finditer
_subject: Final = Expression(
    rf"(?:^|(?<=[.!?;\n(,，。；、\]] )|(?<=[.!?;\n(,，。；、])|(?<=[0-9]:[0-9][0-9] ))(?P<name>{_NAME})"
    rf"(?:(?:\s\([a-z ]{{2,20}}\))?(?P<verb>{_VERB})|(?=[,，(:：]\s?\w))"
).finditer
_MIXED: Final = rf"[{_UPPER}](?=[{_LETTERS}])[^\W\d_{_UPPER}]{_LETTER}*"
_two_words: Final = Expression(rf"{_MIXED} {_LINK}{_MIXED}").search
_TWO_WORDS: Final = rf"(?={_MIXED}(?:-{_MIXED})? {_LINK}{_MIXED})(?P<name>{_NAME})(?!{_LETTER})"
_of_person: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}])(?:(?i:{any_of(cues.LATIN_PERSONS)})(?P<sign>[:,]?)"
    rf"|(?i:{any_of(cues.LATIN_LABELS)}):)\s{_TITLE}?{_TWO_WORDS}"
).finditer
"""Finds two words that begin with a capital behind one for a person: El vecino Iker Montoya."""
_of_person_in_german: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}])(?i:{any_of(cues.GERMAN_PERSONS)})\s{_TITLE}?{_TWO_WORDS}"
    rf"(?=\s(?:{any_of(cues.GERMAN_VERBS)})\b)"
).finditer
"""As `_of_person`, with a verb behind them, because German nouns begin with a capital, too."""
_ends_part: Final = re.compile(r"\s?(?:[.,;)\n]|$)").match
_OF_TRADE: Final = re.compile("customer|client|recipient|courier|driver|livr|entreg|consegn|remis", re.I).match
"""Matches a word of trade, behind whose comma a firm follows as often: customer, Best Buy."""
_before_verb: Final = Expression(
    rf"(?:(?<![^\n])|(?<=[.!?:;,(\n]\s)|(?<=[.!?;(]))(?!(?:El|Il|L[aoe]s?|[OA]|Der|Die|De|Het|The)\s){_TWO_WORDS}"
    rf"(?=\s(?:{any_of(cues.LATIN_BEHIND)}))"
).finditer
_before_turkish: Final = Expression(
    rf"(?<!{_LETTER})(?:(?:(?<=[.!?] )|(?<![^\n])){_CAPITALISED} )?{_TWO_WORDS}(?=\s(?:{any_of(cues.TURKISH_BEHIND)}))"
).finditer
_KIN: Final = any_of(_in_both_spellings(cues.LATIN_KIN))
_before_verb_alone: Final = Expression(
    rf"(?<![{_LETTERS}'’&/-])(?<!\b[A-Z]\. )(?P<name>[{_UPPER}]{_LETTER}{{2,}})(?=\s?\((?i:{_KIN})\)"
    rf"|\s(?i:(?P<named>{any_of(cues.LATIN_NAMED)})|{any_of((*cues.LATIN_BEHIND, *cues.TURKISH_BEHIND))}))"
).finditer
"""Finds a word before a verb of people, or before a relative in brackets. It has to be a known given name."""
_family: Final = Expression(
    rf"\b(?:[Tt]he|[Ff]or) (?P<name>{_CAPITALISED})(?=['’]?s? (?:family|household|residence|home|apartment|flat)\b)"
    r"|(?:(?<![^\n])|(?<=[.!,] ))(?i:soy|sou|sono|je suis|c['’]est|ik ben|jestem|ben|saya|я|це) "
    rf"(?P<self>[{_UPPER}]{_LETTER}{{2,}})(?=,)"
).finditer
"""Finds the name of a household, and of the person who writes: The Lopez family, soy Elena, dejadlo en la puerta."""
_is_turkish: Final = re.compile("[ğışİĞŞ]").search
_IS: Final = "(?:ist|is|est|es|è|é|jest|heißt|là)"
"""Part of a regular expression: a verb between a word for a person and the name."""
_called: Final = Expression(
    rf"(?<![{_LETTERS}])(?=[{_LETTERS}])(?i:{any_of((*cues.LATIN_PERSONS, *cues.GERMAN_PERSONS))})"
    rf"(?:\s[^\s.,;:]{{1,15}}){{0,4}}\s{_IS}\s{_TITLE}?{_TWO_WORDS}"
).finditer
"""Finds two such words behind a verb: Ansprechpartner im Lager ist Levke Jessen."""
_is_called: Final = re.compile(rf"\s{_IS}\s").search
_TITLE_BEHIND: Final = (
    "(?:(?:Bey|Han[ıi]m|Efendi|Abi|Abla|Usta|Amca|Teyze|[Bb]ey|[Hh]an[ıi]m|efendi|abi|abla|usta|amca|teyze)"
    "(?:y?[ae]|y?[ıiuü]|n?[ıiuü]n|d[ae]n?)?|ji|úr|néni|bácsi)"
)
_title_behind: Final = re.compile(rf"\s{_TITLE_BEHIND}\b").search
_before_title: Final = Expression(
    rf"(?<!{_LETTER})(?P<name>{_CAPITALISED}(?: {_CAPITALISED})?)"
    rf"(?=\s{_TITLE_BEHIND}(?:['’\s,.;)]|$))"
).finditer
"""Finds a name before its title, as in Turkish."""
_will: Final = re.compile(
    r"Will (?:collect|come|call|be|pick|pay|need|take|want|accept|sign|request|confirm|visit|have|contact|phone)\b"
).match
"""Matches the beginning of a sentence whose Will is a verb and no name."""
_with_initials: Final = re.compile(
    r"(?<![\w.])(?:(?P<first>[А-ЯЁІЇЄ][а-яёіїє]{2,}(?:-[А-ЯЁІЇЄ][а-яёіїє]+)?) ?[А-ЯЁІЇЄ]\. ?[А-ЯЁІЇЄ]\."
    r"|[А-ЯЁІЇЄ]\. ?[А-ЯЁІЇЄ]\. ?(?P<last>[А-ЯЁІЇЄ][а-яёіїє]{2,}(?:-[А-ЯЁІЇЄ][а-яёіїє]+)?))(?!\w)"
).finditer
"""Finds a family name in Cyrillic beside two initials, as forms and signatures have it: Смирнова Е.В."""
_in_han: Final = Expression(
    rf"(?:[找给給由让讓交俾畀叫喊帮替代请請问問]|联系|聯繫|聯絡|转交|交给|轉交|交給)\s?(?P<name>{_NAME})(?!{_LETTER})"
    rf"|(?<!{_LETTER})(?P<titled>{_NAME})\s?(?=先生|女士|小姐|太太|老师|老師|师傅|師傅|经理|經理)"
    rf"|(?<!{_LETTER})(?P<doing>{_NAME})\s?(?=代?[签簽收领領取拿](?![0-9人据单])|已[取收拿签簽]|自[提取]|[亲敬][启收签]|[转寄](?![\u4e00-\u9fff])|本人|要|让|说|想要|会来|在(?=[0-9*家公单楼前门上下办])|的(?:快递|快件|包裹|件|东西))"
).finditer
"""Finds a name in Latin letters beside a cue in Han."""
_signature: Final = Expression(
    rf"(?i:thanks|thank you|thx|regards|cheers|sincerely|best|love)[,.!]?\s{{1,2}}(?P<name>{_NAME})(?:\W*$|\n)"
).finditer
_BEFORE_INITIAL: Final = (
    r"(?:(?<![^\n])|(?<=[:,;(\n-] )|(?<=[:,;(\n])|(?<=\b(?:by|to|or|an) )"
    r"|(?<=\b(?:for|von|par|por|con|bei|van) )|(?<=\b(?:with|door) ))(?<!N\. )"
)
_initial: Final = Expression(
    rf"{_BEFORE_INITIAL}(?P<name>(?!M\. )[A-Z]\. ?(?:[A-Z]\. ?)?(?!Box\b|O\.|S\.)"
    rf"[{_UPPER}]{_LETTER}{{2,}}(?:-{_LETTER}+)?)(?=\s*(?:$|[,;()\n])|{_VERB})"
).finditer
"""Finds a family name behind one or two initials: J. Smith signed, by J.SMITH."""
_of_flat: Final = Expression(
    r"\b(?i:flat|apt|apartment|unit|room|rm|appt|whg|wohnung|apto|depto|dpto|interno|кв|daire|lokal|byt|no)\.? ?"
    rf"[0-9A-Z*]{{1,5}} ?\((?P<name>[{_UPPER}]{_LETTER}{{2,}}(?: [{_UPPER}]{_LETTER}+)?)\)(?=\s*(?:$|[,;.\n]))"
).finditer
"""Finds a name in brackets behind a flat: Flat 3 (Ahmed)."""
_joined: Final = re.compile(rf" ?[/&+] ?(?P<name>[{_UPPER}]{_LETTER}{{2,}})(?!{_LETTER}| [0-9])").match
"""Matches another name of a household behind a name, and no street with its house: Klingel Müller/Schmidt."""
_vietnamese_words: Final = re.compile(rf"\b(?:{any_of(cues.VIETNAMESE_WORDS)})\b", re.I).findall
_syllable: Final = re.compile(
    r"(?:ngh?|[cgknpt]h|gi|qu|tr|[bcdghklmnprstvxy])?(?:[aeiouy]|[iuy]e|o[aei]|u[aoiy]|uo|ie|ye|uye|oai|uoi|[aiou][iouy]"
    r"|ay|eo|ieu|uou|uya)(?:ng|nh|ch|[cmnpt])?",
    re.I,
).fullmatch
"""Matches a syllable of Vietnamese without accents."""
_vietnamese: Final = Expression(
    rf"(?<![{_LETTERS}])(?i:{any_of(cues.VIETNAMESE_PLAIN)})[:\s\-]{{1,3}}(?i:(?:anh|chi|co|chu|bac|ong|ba|em|ban)\s)?"
    rf"(?P<name>{_CAPITALISED}(?: {_CAPITALISED}){{0,3}})(?!{_LETTER})"
).finditer
"""Finds a name in a text in Vietnamese without accents."""
_is_town: Final = re.compile(rf"(?:{any_of(cues.VIETNAMESE_TOWNS)})\b", re.I).match
_full: Final = Expression(
    rf"(?<![\w'’.&/-])(?<!\bSt )(?<!\bSan )(?P<name>{_CAPITALISED}(?: {_LINK}{_CAPITALISED}){{1,3}})(?![\w&/-])"
).finditer
_word: Final = re.compile(r"\w").search
_FULL_NAME: Final = rf"{_CAPITALISED}(?: {_LINK}{_CAPITALISED}){{1,2}}"
_first: Final = Expression(rf"\s*({_FULL_NAME}),").match
_begins_with_street: Final = re.compile(
    rf"(?:{STREET_FIRST}|plaza|place|impasse|quai|cours|passage|avda|jln) ", re.I
).match
_is_firm: Final = re.compile(rf"[^,]*\b(?:Co\.?, ?Ltd|(?:{any_of(LATIN_FORMS)})\b)", re.I).match
_front: Final = Expression(
    rf"\s*(?P<name>{_FULL_NAME})(?:[\s,，、;；|_/／]{{0,3}}(?=[\u4e00-\u9fff]{{1,9}}[省市区區县縣镇鎮乡鄉村路街道巷弄])"
    rf"|,? (?P<abroad>)(?=[0-9]{{1,5}}[A-Za-z]? (?:{_CAPITALISED} ){{1,3}}(?i:{LATIN_PLACE})\b))"
).match
"""Matches a name before an address in Han, or before a house and its street."""
_back: Final = Expression(
    rf"(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff][0-9*])|(?<=[\u4e00-\u9fff\-][0-9*]{{2}})|(?<=[0-9*]{{3}}))[\s,，、;；|_]{{0,2}}"
    rf"(?<![A-Za-z])(?:(?P<name>{_FULL_NAME})|[/／]\s?(?P<slash>{_FULL_NAME})|[(（]\s?(?P<note>{_FULL_NAME})[)）])\s*$"
    rf"|(?i:\b(?:apt|apartment|unit|room|rm|suite|ste|flat)\.? |\#)[0-9A-Z*]{{1,5}},? (?P<abroad>{_FULL_NAME})\s*$"
).search
"""Finds a name behind the house or the room of an address in Han, or behind the room of another address."""
_middle_of_vietnam: Final = re.compile("(?:Thị|Văn)").fullmatch
"""Matches what is between a family name and a given name in Vietnam."""
_pinyin: Final = re.compile(
    "(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:[iu]?an?g?|[iu]?ai|i?ao|e[inr]?|eng|i[enu]?|ing|i?ong|ou?|u[eino]?|v)){1,2}"
).fullmatch
"""Matches a given name of China in pinyin: wei, xiaoming."""
_ends_word: Final = re.compile(rf"[{_LETTERS}'’.]").match
"""Matches the character before the last word of a name."""
_house: Final = re.compile(r"[路街道巷弄村][0-9]|[0-9A-Z*][号號楼樓层層栋棟幢座室]|[\u4e00-\u9fff]\*{3,5}(?!\*)").search
_place: Final = re.compile(rf"(?<![^\W\d_])(?:{LATIN_PLACE}|{LATIN_SITE})(?![^\W\d_])", re.I).search
_is_place: Final = re.compile(LATIN_PLACE, re.I).fullmatch
_word_of: Final = re.compile(r"[^ ,.]+").finditer
_FAMILIES: Final = frozenset(("hill", "lane", "west", "north", "grove"))
"""Family names that are words for places, too. Behind a known given name they are names."""
_name: Final = Expression(LATIN_NAME).match
_whole: Final = Expression(_NAME).fullmatch
_name_behind: Final = Expression(
    rf"(?:(?<![\w%+/=&])|(?<=[\u4e00-\u9fff]/)|(?<=[给找叫让是系人员友事户主收交为的])){LATIN_NAME}$"
).search
_title: Final = re.compile(rf"(?:(?i:{cues.LATIN_TITLES})\b\.? ?)?").match
_LONGEST_STREET: Final = 16
_STREET_WORDS: Final = (
    r"\b(?:str(?:ada)?|ul(?:ica|itsa)?|calle|c/|rua|travessa|alameda|rodovia|estrada|jardim|vila|rue|via|viale|piazza"
    r"|plaza|pra[çc]a|av(?:enida|enue|da)?|bd|bul(?:evardul|var)?|đường|phố|ngõ|cad(?:desi)?|sok(?:ak)?|mah(?:allesi)?"
    r"|ул|бул|улиц[аые]|пр|просп(?:ект)?|пл|площад[ьи]|пер|переулок|наб|набережная|ш|шоссе|им|имени"
    r"|jalan|jl|jln|aleja|al|trg|ulice|n[áa]m[ěe]st[íi]|t[ée]r|utca|straat|laan|stra[ßs]s?e|platz|weg)\.? "
)
_STREET_WORD_BEFORE: Final = re.compile(f"{_STREET_WORDS}$", re.I).search
_STREET_BEFORE: Final = re.compile(rf"(?:(?<![0-9]{{5}})[0-9][A-Za-z]?[,.]? |{_STREET_WORDS})$", re.I).search
_is_title: Final = re.compile(rf"{_TITLE}|doctor ", re.I).match
_UNNAMED_STREET: Final = re.compile(
    rf"(?:^|, ?)[0-9]{{1,5}}[A-Za-z]? (?:(?!(?:{LATIN_PLACE})\b)[A-Za-z'.]+ ){{1,4}}$", re.I
).search
"""Finds a house and the name of a street, before the word for a street: Dr then means Drive."""
_COMPASS: Final = ("NE", "NW", "SE", "SW")
"""What may follow the word for a street: 143 20th Street Dr NW."""
_STREET_BEHIND: Final = re.compile(
    r" (?:street|road|avenue|marg|path|nagar|ROAD|STREET|Street|Road|Avenue|Rd|St)\b"
).match
_PLACE_BEFORE: Final = re.compile(rf"[{_UPPER}]{_LETTER}+(?<!ed) $").search
_HIDDEN_FIRM: Final = Expression(rf"\*+(?: \*+)* (?:{any_of(LATIN_FORMS)})\b", re.I).match
"""Matches what is behind the first letters of a firm whose name is hidden: c/o GR*** *** Limited."""
_OUR: Final = re.compile(r"\b(?:noss+a|nuestra|n\.) $", re.I).search
"""Finds what is before the title of a saint, which begins names of churches and roads: Nossa Senhora da Penha."""
_HOUSE_BEHIND: Final = re.compile(r"(?:,? (?:nr|no|n[ºo°]|№)\.? ?|[, ]{1,2})[0-9]{1,4}[A-Za-z]?(?![0-9*])").match
"""Matches the number of a house behind the name of a street."""
_AND: Final = re.compile("(?:and|or|und|et|y|e|en|i|dan|и) ", re.I).match
_POSSESSIVE: Final = ("'s", "’s", "'", "’")
_ENDING: Final = re.compile(r"['’](?:y?[ae]|y?[ıiuü]|n?[ıiuü]n|[dt][ae]n?|y?l[ae])$").search
"""Finds a Turkish ending behind a name: Ayşe'ye, Kaan'ın."""


def _plain(word: str) -> str:
    """Return a word in lower case, without accents, without a possessive and without signs at its ends."""
    word = word.strip(".,'’").lower()
    if not word.isascii():
        word = _without_accents(word)
    return word.removesuffix("'s").removesuffix("’s")


_GIVEN: Final = frozenset(map(_plain, cues.LATIN_GIVEN))
_ENDS_OF_FAMILIES: Final = ("ski", "cki", "dzki", "wicz", "czyk", "енко", "чук")
"""The ends of family names in Poland and Ukraine that words seldom have."""
_is_malay: Final = re.compile(" (?:bin|binti|bte|a/l|a/p|s/o|d/o) ", re.I).search
"""Finds what joins the names of a child and a father in Malaysia and Singapore."""
_PATRONYMIC: Final = ("ич", "вна", "чна")
"""The ends of patronymics."""
_NO_PERSON: Final = frozenset((*cues.LATIN_FIRMS, *cues.LATIN_COUNTRIES, *LATIN_FORMS))
_NOT_BESIDE_PERSON: Final = _NO_PERSON.union(map(_plain, cues.LATIN_ORGANISATIONS))
_ends_clause: Final = re.compile(r"\s*(?:$|[.,;!?，。；)）\n])").match
_goes_on: Final = re.compile(r"\s[^\W\d_A-Z]").match
"""Matches a small letter behind a name."""
_SURE_TITLES: Final = frozenset("dona doña bu pak ibu bapak frau herr familie senhora señora signora".split())
_PERSONS: Final = frozenset((*cues.LATIN_PERSONS, *cues.GERMAN_PERSONS))
_TITLES_OF_VIETNAM: Final = frozenset("anh chị cô chú bác ông bà em".split())
_OF_MONTHS: Final = frozenset(("april", "may", "june"))
"""Months that are given names if a family name follows: April Berg."""
_LONGEST: Final = 48


def latin_names(text: str, *, address: bool = False) -> Iterator[Span]:
    """Yield the spans of names behind announcing words and, without an address, those in sentences."""
    if not address and _two_small(text):
        yield from _names_in_small_letters(text)
    if not _capital(text):
        return
    for match in _announced(text):
        if not _is_no_cue(match) and not (address and (match["sir"] or _is_of_street(match))):
            yield from _with_joined(text, _trimmed(match))
    if not text.isascii():
        for match in _in_han(text):
            name = match["name"] or match["doing"]
            if match["titled"] or " " in name or _is_known(name, alone=True):
                yield from _trimmed(match, match.lastgroup or "name")
    if not address:
        yield from _names_of_sentences(text)
        yield from _names_of_households(text)
        if len({*map(str.lower, _vietnamese_words(text))}) > 1:
            yield from _vietnamese_names(text)


def _names_in_small_letters(text: str) -> Iterator[Span]:
    """Yield the spans of given names in small letters behind a cue, with the names behind them: ask for maria."""
    for match in _announced_small(text):
        words = match["name"].split(" ")
        known = 0
        while known < len(words) and _is_small_name(words[known]):
            known += 1
        if known == 0 and _SMALL_TITLE(text, match.start(), match.start("name")) and words[0] not in _PERSONS:
            known = 1
        if known:
            start = match.start("name")
            yield start, start + len(" ".join(words[:known]))


def _is_small_name(word: str) -> bool:
    """Whether a word in small letters is a given name and nothing else."""
    plain = _plain(word)
    return (
        plain in _GIVEN
        and plain not in cues.SMALL_WORDS
        and plain not in cues.LATIN_WORDS
        and (len(plain) > len("tim") or word.isascii())
    )


def _names_of_sentences(text: str) -> Iterator[Span]:
    """Yield the spans of names in sentences: behind words that say little, before a verb, and without a cue."""
    for match in _weakly_announced(text):
        alone = _ends_clause(text, match.end("name")) is not None
        alone = alone or (_goes_on(text, match.end("name")) is not None and _is_sure(match["name"]))
        if match["verb"] or (
            _is_known(match["name"], alone=alone) and not (_AND(match[0]) and _is_brand(match["name"]))
        ):
            yield from _trimmed(match)
    if _two_words(text):
        yield from _names_beside_persons(text)
    for match in _subject(text):
        if _will(text, match.start("name")):
            continue
        if match["verb"] or (_is_known(match["name"]) and not _is_street_or_house(match["name"])):
            yield from _trimmed(match)
    for match in _signature(text):
        yield from _trimmed(match)
    for match in _with_initials(text):
        if not _is_street(text, *match.span()):
            yield match.span(match.lastgroup or 0)
    for match in _full(text):
        start = match.start() + _before_full(match["name"])
        alone = _word(text, endpos=start) is None and _word(text, match.end()) is None
        alone = alone and not match["name"].endswith(_PATRONYMIC)
        name = text[start : match.end()]
        if _is_full(name) and not alone and not (_is_street_or_house(name) or _is_street(text, start, match.end())):
            yield from _trimmed(match, start=start)


def _names_of_households(text: str) -> Iterator[Span]:
    """Yield the spans of one word, or of initials and a word, by what is behind it or by the place where it is."""
    for match in _before_verb_alone(text):
        name = match["name"]
        if _is_sure(name) or (match["named"] and name.lower() not in _PERSONS and not _is_of_firm(name)):
            yield from _trimmed(match)
    for match in _family(text):
        yield from _trimmed(match, match.lastgroup or "name")
    for match in (*_initial(text), *_of_flat(text)):
        if is_latin_name(match["name"]) and _plain(match["name"]) not in cues.LATIN_PLAIN:
            yield match.span("name")


def _with_joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans of names, each with that of a further family name on the same bell."""
    for span in spans:
        yield span
        if (joined := _joined(text, span[1])) is not None and is_latin_name(joined["name"]):
            yield joined.span("name")


def _vietnamese_names(text: str) -> Iterator[Span]:
    """Yield the spans of names in a text in Vietnamese without accents."""
    for match in _vietnamese(text):
        words = match["name"].split(" ")
        count = next((at for at, word in enumerate(words) if _syllable(word) is None), len(words))
        if count and _is_town(match["name"]) is None:
            yield match.start("name"), match.start("name") + len(" ".join(words[:count]))


def _is_street_or_house(name: str) -> bool:
    """Whether words that begin like a person's name are a street's or a house's.

    A given name before the word for one (James Street, Rose Cottage), or a word for one in Vietnam (Đường Lê Lợi).
    """
    first, _, others = name.partition(" ")
    if normalize("NFC", first.lower()) in cues.VIETNAMESE_PLACES:
        return True
    return " " not in others and _plain(others) in cues.LATIN_STREETS


def _names_beside_persons(text: str) -> Iterator[Span]:
    """Yield the spans of two words that begin with a capital beside a word for a person, or before a title."""
    called = _called(text) if _is_called(text) else ()
    turkish = _before_turkish(text) if _is_turkish(text) else ()
    for match in (*_of_person(text), *_of_person_in_german(text), *_before_verb(text), *called, *turkish):
        if match.groupdict().get("sign") == "," and (_ends_part(text, match.end()) is None or _OF_TRADE(match[0])):
            continue
        first = match["name"].partition(" ")[0]
        if first.lower() in cues.NO_LATIN_NAME and _plain(first) not in _GIVEN:
            continue
        if not _begins_with_street(match["name"]) and not _is_of_firm(match["name"]):
            yield from (span for span in _trimmed(match) if " " in text[slice(*span)])
    if _title_behind(text):
        for match in _before_title(text):
            yield from _trimmed(match)


def _is_street(text: str, start: int, end: int) -> bool:
    """Whether a word for a street or a house number is beside what looks like a person's name."""
    return _HOUSE_BEHIND(text, end) is not None or _STREET_BEFORE(text_before(text, start, _LONGEST_STREET)) is not None


def latin_names_beside_address(text: str) -> Iterator[Span]:
    """Yield the spans of names at the beginning and the end of an address."""
    if not _capital(text):
        return
    for match in _announced(text):
        if not _is_no_cue(match) and not match["sir"] and not _is_of_street(match):
            yield from _trimmed(match)
    yield from latin_names_at_ends(text)


def _right_before(match: re.Match[str]) -> Span:
    """Return the span of the last characters before a match."""
    return match.start() - _LONGEST, match.start()


def _is_no_cue(match: re.Match[str]) -> bool:
    """Whether a word of `_announced` announces no name, because it is part of the name of a place, or a firm follows.

    Examples: Rožmitál pod Brdy, where pod means below, Nossa Senhora da Penha, Bà Rịa. Of the firm only the first
    letters are left, because its name is hidden already.
    """
    if match[0].startswith("pod "):
        return _PLACE_BEFORE(match.string, *_right_before(match)) is not None
    if match[0][:1] in "Ss" and _OUR(match.string, *_right_before(match)) is not None:
        return True
    if _HIDDEN_FIRM(match.string, match.end("name")) is not None:
        return True
    if match[0].isascii():
        return False
    *_, title = match.string[match.start() : match.start("name")].split()
    first, *others = match["name"].split("-")[0].split()
    if title == title.lower() or (others and _middle_of_vietnam(normalize("NFC", others[0]))):
        return False  # cô Giang, Bà Triệu Thị Mai
    return normalize("NFC", f"{title}-{first}".lower()) in cues.LATIN_TITLED


def _is_of_street(match: re.Match[str]) -> bool:
    """Whether a title in an address belongs to a street: 742 Forsythia Dr Newfield, Strada Doctor Carol Davila.

    So is the word for below in Czechia and Poland: Pod Lipami 12.
    """
    if match[0][:4].casefold() == "pod ":
        return _HOUSE_BEHIND(match.string, match.end("name")) is not None
    text, before = match.string, _right_before(match)
    if _is_title(match[0]) is None:
        return _STREET_WORD_BEFORE(text_before(text, match.start(), _LONGEST_STREET)) is not None
    return (
        match["name"] in _COMPASS
        or (match[0][:3].casefold() in ("dr ", "dr.") and _UNNAMED_STREET(text, *before) is not None)
        or _STREET_BEFORE(text_before(text, match.start(), _LONGEST_STREET)) is not None
        or _STREET_BEHIND(text, match.end("name")) is not None
    )


def latin_names_at_ends(text: str) -> Iterator[Span]:
    """Yield the spans of names at the beginning and the end of a text that no word announces."""
    if not _capital(text):
        return
    if (front := _front(text)) and _is_beside(text, front["name"], front.lastgroup or "name"):
        yield front.span("name")
    last_word = text.rstrip().rfind(" ") + 1
    if last_word > 1 and _ends_word(text, last_word - 2) and (back := _back(text, len(text) - _LONGEST)):
        group = back.lastgroup or ""
        if _is_beside(text, back[group], group):
            yield back.span(group)


def has_name_at_end(text: str) -> bool:
    """Whether a text begins or ends with a name beside an address."""
    return next(latin_names_beside_address(text), None) is not None


def _is_beside(text: str, name: str, group: str) -> bool:
    """Whether the words beside an address are a name: a known one, and none of a firm or a place.

    Args:
        text: the text with the address.
        name: the words.
        group: where they are: the group of `_front` or `_back` that matched them.
    """
    words = [*map(_plain, name.split(" "))]
    if not is_latin_name(name) or not _NO_PERSON.isdisjoint(words) or _is_shop(words):
        return False
    known = words[0] in _GIVEN
    if group == "abroad":
        # Apt 3B Brooklyn NY
        return known and (len(words[-1]) != len("NY") or not name[-2:].isupper() or text.startswith(name))
    if _is_pinyin(words):
        return True
    return _house(text) is not None and (known or (group == "name" and words[-1] not in cues.LATIN_BRANDS))


def _is_pinyin(words: list[str]) -> bool:
    """Whether words are a family name of China and a given name in pinyin: zhang wei.

    The family name may be the last word, behind a given name that is not short: mengyao zheng, but not la ji.
    """
    first, last = words[0], words[-1]
    if first in cues.PINYIN_FAMILIES and all(map(_pinyin, words[1:])):
        return True
    return last in cues.PINYIN_FAMILIES and len(first) > len("jun") and all(map(_pinyin, words[:-1]))


def _is_shop(words: list[str]) -> bool:
    """Whether all words beside an address are a shop's name, or the first one is and no given name ends them."""
    return "-".join(words) in cues.LATIN_SHOPS or (words[0] in cues.LATIN_PLAIN and words[-1] not in _GIVEN)


def first_latin_name(text: str) -> Iterator[Span]:
    """Yield the span of a name at the beginning of an address."""
    found = _first(text)
    if found and is_latin_name(found[1]) and not _is_firm(text) and not _begins_with_street(found[1]):
        yield found.span(1)


def latin_name_at(text: str, start: int) -> int | None:
    """Return where a name that begins at `start` ends; None if there is none."""
    found = _name(text, start)
    if not found:
        return None
    if is_latin_name(found[0]):
        return found.end()
    first = found[0].split(",", 1)[0]
    if len(first) < len(found[0]) and is_latin_name(first):
        return start + len(first)
    for word in _word_of(first):
        if _is_place(word[0]) or word[0].lower() in cues.NO_LATIN_NAME:
            first = first[: word.start()].rstrip(" .")
            return start + len(first) if _is_known(first) and is_latin_name(first) else None
    return None


def latin_name_before(text: str, end: int) -> int | None:
    """Return where a possible name that ends at `end`, with its title, begins; None if there is none."""
    found = _name_behind(text, end - _LONGEST, end)
    if not found or is_latin_name(found[0]):
        return found.start() if found else None
    for word in reversed([*_word_of(found[0])]):
        place = _place(word[0]) is not None
        if place or word[0].lower() in cues.NO_LATIN_NAME:
            name = found[0][word.end() :].lstrip(" ,.")
            sure = (place and " " in name) or _is_known(name, alone=not place or _is_place(word[0]) is not None)
            return end - len(name) if sure else found.start()
    return found.start()


def is_known_alone(text: str) -> bool:
    """Whether two or three words that are a whole text begin or end with a given name."""
    words = text.split(" ")
    return (
        len(words) in (2, 3)
        and _whole(text) is not None
        and is_latin_name(text)
        and not _GIVEN.isdisjoint((_plain(words[0]), _plain(words[-1])))
    )


def behind_title(text: str, start: int, end: int) -> int:
    """Return where a name begins behind its title."""
    return start + _title(text[start:end]).end()  # type: ignore[union-attr]  # it always matches


def is_latin_name(name: str) -> bool:
    """Whether words can be a person's name, and none of them means a place or a thing."""
    words = [word.strip(".,'’").lower() for word in name.split()]
    return (
        (len(words) > 1 or (len(words[0]) > 1 and words[0] not in cues.NO_LATIN_NAME_ALONE))
        and (words[0].partition("'")[0] not in cues.NO_LATIN_NAME or (len(words) == 2 and words[0] in _OF_MONTHS))
        and words[-1] not in cues.NO_LATIN_NAME
        and (not _place(name) or (len(words) == 2 and words[0] in _GIVEN and words[1] in _FAMILIES))
    )


def _is_known(name: str, *, alone: bool = False) -> bool:
    """Whether the first of several words, or the only word, is a known given name."""
    first, _, others = name.partition(" ")
    return (bool(others) or alone) and (
        _is_given(first)
        or _is_vietnamese(name)
        or name.lower().endswith(_ENDS_OF_FAMILIES)
        or _is_malay(name) is not None
    )


def _is_given(word: str) -> bool:
    """Whether a word is a known given name, or two of them with a dash: Hans-Michael."""
    word = _plain(word)
    return word in _GIVEN or ("-" in word and _GIVEN.issuperset(word.split("-")))


def _is_sure(word: str) -> bool:
    """Whether a word is a known given name, and no word, place or brand."""
    plain = _plain(word)
    return (
        len(plain) > 2 and _is_given(word) and plain not in cues.LATIN_WORDS and plain not in cues.NO_LATIN_NAME_ALONE
    )


def _is_vietnamese(name: str) -> bool:
    """Whether words are a family name of Vietnam and two given names or more, in this order."""
    return not name.isascii() and name.count(" ") > 1 and name.split(" ", 1)[0].lower() in cues.VIETNAMESE_FAMILIES


def _is_brand(name: str) -> bool:
    return _plain(name.rpartition(" ")[2]) in cues.LATIN_BRANDS


def _is_of_firm(name: str) -> bool:
    """Whether a word of a name is one of firms: Banco Santander."""
    return not _NOT_BESIDE_PERSON.isdisjoint(map(_plain, name.split(" ")))


def _before_full(name: str) -> int:
    """Characters of a word that may be in front of a full name at the beginning of a sentence: Appeler Julie Dupont."""
    first, _, others = name.partition(" ")
    return len(first) + 1 if " " in others and not _is_full(name) and _is_full(others) else 0


def _is_full(name: str) -> bool:
    """Whether words are a given name that is hardly ever anything else, and a family name. They need no cue."""
    words = [*map(_plain, name.split(" "))]
    if (
        (len(words[-1]) <= len("NY") and name[-len("NY") :].isascii())
        or words[-1] in cues.LATIN_BRANDS
        or "-".join(words) in cues.LATIN_SHOPS
    ):
        return False
    if words[-1] in cues.LATIN_FIRMS:
        return False  # Kerry Express
    if words[0] > "\u0400" and words[-1 - words[-1].endswith(_PATRONYMIC)] in _GIVEN:  # Петров Иван, Петров Иван Ильич
        return True
    return (_is_given(words[0]) and words[0] not in cues.LATIN_WORDS) or _is_vietnamese(name)


def _trimmed(match: re.Match[str], group: str = "name", start: int | None = None) -> Iterator[Span]:
    """Return the span of a name from `start`, without trailing words and a possessive."""
    first, end = match.span(group)
    start = first if start is None else start
    name = match.string[start:end]
    end -= next((len(sign) for sign in _POSSESSIVE if name.endswith(sign)), 0)
    if ending := _ENDING(name):
        end = start + ending.start()
    words = match.string[start:end].split(" ")
    while len(words) > 1 and words[0].strip(".,").lower() in cues.NO_LATIN_NAME and _plain(words[0]) not in _GIVEN:
        start += len(words.pop(0)) + 1
    while len(words) > 1 and words[0].lower() in _SURE_TITLES:
        start += len(words.pop(0)) + 1
    while len(words) > 2 and words[0].lower() in _PERSONS and _plain(words[0]) not in _GIVEN:
        start += len(words.pop(0)) + 1
    if len(words) > 2 and words[0].lower() in _TITLES_OF_VIETNAM and words[1].lower() in cues.VIETNAMESE_FAMILIES:
        start += len(words.pop(0)) + 1
    while len(words) > 1 and words[-1].lower() in cues.TITLES_BEHIND:
        end -= len(words.pop()) + 1
    while words and not is_latin_name(" ".join(words)):
        end -= len(words.pop()) + 1
    if words:
        yield start, end
