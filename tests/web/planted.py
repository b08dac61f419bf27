"""Values that tests send in, and what of them would be seen where they leak."""

from tests.web.api import Json

NUMBER = "SF7788990011223"
PLANTED: Json = {
    "sender__name": "诸葛种子",
    "sender__phone": "13955550001",
    "sender__address": "种子路8号9号楼7单元6605室",
    "recipient__name": "Zebulon Plantagenet",
    "recipient__phone": "+852 9155 5002",
    "recipient__address": "Seedling Road 99, Apt 77Q",
    "remark": "call 13955550003",
}
VALUES = [value.encode() for value in PLANTED.values()]
TRACES = [
    *VALUES,
    NUMBER.encode(),
    "种子".encode(),
    b"Zebulon",
    b"13955550001",
    b"91555002",
    b"13955550003",
    b"Apt 77Q",
    "6605室".encode(),
]
