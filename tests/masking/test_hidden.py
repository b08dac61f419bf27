"""Values that came in hidden are told from real ones."""

import base64
import os

from hypothesis import given

from masking_service.masking.hidden import hidden_form
from masking_service.masking.stars import stars
from tests.every import every
from tests.masking.scenarios import ANYTHING

TOKEN = "wbt12" + base64.urlsafe_b64encode(bytes(range(16))).decode().rstrip("=")


@every(
    ("kind", "value"),
    [
        *(
            ("name", mask)
            for mask in ("张*", "张^_^", "王**", "***", "张*三", "*三", "欧阳*", "J*** *****", "上海****有限公司")
        ),
        *(
            ("phone", mask)
            for mask in ("138****5678", "138----5678", "138xxxx5678", "*******5678", "***", "1381234****")
        ),
        *(("phone", mask) for mask in ("021-******34-***", "+86 *******5678", "138****5678/021-****1234")),
        *(("address", mask) for mask in ("华志路1685号3号楼*单元***室", "浙江省杭州市余杭区****", "Apt **")),
        *(("address", mask) for mask in ("12 Main St Apt *", "5 High Street, Flat *, Leeds", "*/17 Smith Street")),
        *(("unit", mask) for mask in ("***", "4**", "＊＊＊")),
    ],
)
def test_a_mask_is_told(kind: str, value: str) -> None:
    assert hidden_form(kind, value) == "mask"


@every(
    ("kind", "value"),
    [
        *(("name", real) for real in ("张三", "张三*", "John_Smith", "~张三~", "Max", "~John~")),
        *(
            ("phone", real)
            for real in ("13812345678", "13812345678*", "*13812345678", "138*1234*5678", "59791234*", "张三")
        ),
        *(("phone", real) for real in ("021-59791234", "021-59791234*", "138****5678/13912345678", "~13812345678~")),
        *(("phone", real) for real in ("#13812345678#1##", "$13812345678$abc$1$$")),
        *(("address", real) for real in ("华志路1685号*", "华志路1685号3号楼402室", "**华志路1685号3号楼402室")),
        *(("address", real) for real in ("12 Main St * ring twice", "12 Main St, unit *7B")),
        *(("unit", real) for real in ("402", "402*", "A-12")),
        ("text", "***"),
        ("secret", "***"),
    ],
)
def test_a_real_value_is_not_taken_for_a_mask(kind: str, value: str) -> None:
    assert hidden_form(kind, value) is None


@every("dot", "·．.。•-")
@every("name", ["阿卜杜拉{}买买提", "阿卜杜拉 {} 买买提", "John{}Smith", "阿{}买{}提", "阿卜杜拉{}买买提*"])
def test_a_name_in_parts_is_real_with_every_dot(dot: str, name: str) -> None:
    assert hidden_form("name", name.format(dot, dot)) is None


@every("name", ["张•", "张••", "J••• S••••", "J••n", "张•(收)", "阿***•***", "•张三", "张○三", "张●"])
def test_dots_in_place_of_letters_are_a_mask(name: str) -> None:
    assert hidden_form("name", name) == "mask"


@every("kind", ["name", "phone", "address", "unit", "text"])
@every(
    "value",
    [
        TOKEN,
        "$134$aGVsbG8gd29ybGQ=$1$$",
        "$aGVsbG8=$d29ybGQ=$1$$",
        "~vJ3kAbC9zQ==~",
        "~vJ3kAbC9zQ==~1~",
        "~AgAAAAHxyz+/4b~cGx=~1~~",
        "#AbCd#xyz=#1##",
        "#AbCdxyz=#1##",
    ],
)
def test_ciphertext_and_tokens_are_opaque_in_every_kind(kind: str, value: str) -> None:
    assert hidden_form(kind, value) == "opaque"


@every(
    "value", ["wbt", TOKEN[:-1], TOKEN + "A", TOKEN.upper(), "x" + TOKEN, TOKEN.replace("wbt", "wbx"), TOKEN[:-1] + "="]
)
def test_what_only_resembles_a_token_is_none(value: str) -> None:
    assert hidden_form("unit", value) is None


def test_any_sixteen_bytes_make_a_token() -> None:
    assert hidden_form("name", "wbtAb" + base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")) == "opaque"


@given(ANYTHING.filter(str.strip))
def test_what_is_hidden_whole_is_told_in_every_kind(value: str) -> None:
    for kind in ("name", "phone", "unit"):
        assert hidden_form(kind, stars(value)) == "mask"
