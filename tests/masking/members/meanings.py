"""What each word of the list, and each name of public SDKs, says in each context, as `meanings.tsv` lists it.

`python -m tests.masking.members.meanings` writes the list again.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

from masking_service.masking.members.member_names import NEUTRAL, ROOT, Meaning, read_names
from masking_service.masking.members.name_words import CARD, PARTY, STREET, THING
from masking_service.masking.strict_yaml import read_yaml

FILE: Final = Path(__file__).with_name("meanings.tsv")
CONTEXTS: Final = (ROOT, NEUTRAL, PARTY, THING, CARD, STREET, "name", "phone", "address", "unit", "email", "secret")
LIST: Final = read_yaml(
    resources.files("masking_service.masking.members").joinpath("personal_names.yaml").read_text("utf-8")
)
_OTHERS: Final = (
    *("13812345678", "张三", "John Smith", "12 Oak St Apt 4", "上海市青浦区华志路1685号3号楼402室", "a@b.cn", "x"),
    *("receiver 2", "phones", "names", "收件人2", "收件人电话1", "cardType", "card_name", "streetName", "nameOfStreet"),
    *("messageFromBuyer", "telFrom", "driver_id", "driverCode", "goodsAddress", "sellerPhone", "warehouse_phone"),
    *("operator", "Item's name"),
)  # fmt: skip


def names() -> list[str]:
    """Return the words of the list, and the names of `member_names.tsv`."""
    known = FILE.with_name("member_names.tsv").read_text("utf-8").splitlines()
    paths = [path for line in known if not line.startswith("#") for path in line.split("\t")[2].split()]
    parts = (part for path in paths for part in path.split("."))
    return [*dict.fromkeys((*listed(LIST), *parts, *_OTHERS))]


def told() -> Iterator[str]:
    """Yield a line for each name: what it says in each context, alone and beside a phone."""
    for name in names():
        alone = [_written(read_names(context, (name,))[0]) for context in CONTEXTS]
        beside = [_written(read_names(context, (name, "mobile"))[0]) for context in (ROOT, NEUTRAL)]
        yield "\t".join((name, *_differing(alone), *_differing([*alone[:1], *beside])[1:])).rstrip("\t")


def _differing(meanings: list[str]) -> list[str]:
    """Write a meaning that is the same as the one before it as nothing."""
    return [one if at == 0 or one != meanings[at - 1] else "" for at, one in enumerate(meanings)]


def _written(meaning: Meaning) -> str:
    flags = f"{' data' * meaning.holds_data}{' person' * meaning.may_be_persons}"
    return f"{meaning.kind or '-'}/{meaning.inside or '-'}{flags}"


def listed(data: Any) -> Iterator[str]:
    """Yield the words of the list, however deep."""
    for word, inner in data.items():
        if type(inner) is dict:
            yield from listed(inner)
        elif type(inner) is str:
            yield word


def main() -> None:
    FILE.write_text("\n".join([*told(), ""]), "utf-8")


if __name__ == "__main__":
    main()
