"""Writes first_batch.json: a few hundred invented waybill records, the same ones each time.

The telling ones come first, then everyday ones, then a few that are wrong on
purpose. Names, numbers and addresses are put together from generic parts; who
finds an acquaintance in here has met a coincidence.

    python examples/make_first_batch.py
"""

import json
import random
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Party = dict[str, Any]

SEED = 41833  # the number of the standard for e-waybills
FILE = Path(__file__).with_name("first_batch.json")

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
DOUBLE_FAMILY = ("欧阳", "司马", "上官", "诸葛")
GIVEN = ("三", "四", "五", "小明", "小红", "小华", "大山", "大海", "一一", "平安", "丽", "强")
CITIES = (
    "上海市青浦区", "上海市浦东新区", "北京市朝阳区", "广东省深圳市南山区", "广东省广州市天河区",
    "浙江省杭州市西湖区", "江苏省苏州市姑苏区", "四川省成都市武侯区", "湖北省武汉市洪山区", "陕西省西安市雁塔区",
)  # fmt: skip
ROADS = ("华志路", "人民路", "中山北路", "解放大道", "建设一路", "香花桥路", "天府大道", "科苑南路")
REMARKS = ("", "", "", "", "放门卫", "易碎品，轻放", "请在18:00后送", "到付12.50元", "送前请致电", "放3号柜")
PRODUCTS = ("标准快递", "特快", "同城", "冷链")

HONG_KONG = (
    "九龍彌敦道100號某某大廈12樓A室",
    "香港中環德輔道中88號8樓801室",
    "Flat B, 15/F, Block 2, 1 Sample Road, Kowloon",
)
MACAU = ("澳門新馬路60號某某大廈3樓B室", "Avenida de Almeida Ribeiro 60, 3-B, Macau")
TAIWAN = ("臺北市信義區市府路1號5樓之2", "高雄市前金區中正四路200號12樓", "臺中市西屯區文心路二段99號3樓之1")

ABROAD: tuple[tuple[str, str, str], ...] = (
    ("John Smith", "+1 212 555 0123", "100 Example Street, Apt 5B, New York, NY 10001"),
    ("Jane Doe", "+1-415-555-0142", "200 Sample Avenue, Unit 1203, San Francisco, CA 94103"),
    ("Max Mustermann", "+49 30 901820", "Musterstraße 12, 10115 Berlin"),
    ("Jean Dupont", "+33 1 99 00 12 34", "12 rue de l'Exemple, 75001 Paris"),
    ("田中太郎", "+81 3-1234-5678", "東京都千代田区丸の内1-1-1"),
    ("홍길동", "+82 2-312-3456", "서울특별시 중구 세종대로 110"),
    ("Tan Ah Kow", "+65 6123 4567", "10 Example Avenue #12-345, Singapore 560010"),
    ("Иван Иванов", "+7 495 123-45-67", "Москва, ул. Примерная, д. 1, кв. 5"),
    ("Jan Jansen", "+31 20 123 4567", "Voorbeeldstraat 1, 1012 AB Amsterdam"),
    ("Siti Aminah", "+60 3-1234 5678", "1 Jalan Contoh, 50000 Kuala Lumpur"),
)

EVERYDAY = 220
HONG_KONG_MACAU_TAIWAN = 40
FOREIGN = 30


class Invented:
    """An endless supply of parts, from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = 0

    def number(self) -> str:
        """A waybill number that no other record has."""
        self._number += 1
        return f"YT88{self._number:05d}{self._random.randrange(10**6):06d}"

    def record(self, sender: Party, recipient: Party, remark: str | None = None) -> Record:
        """A record of the schema `standard`, with what carriers send beside it."""
        pick = self._random.choice
        return {
            "waybill_no": self.number(),
            "sender": sender,
            "recipient": recipient,
            "remark": pick(REMARKS) if remark is None else remark,
            "product": pick(PRODUCTS),
            "pieces": self._random.randrange(1, 4),
            "weight_kg": self._random.randrange(1, 400) / 20,
        }

    def mainland(self) -> Party:
        """A person in mainland China."""
        family = self._random.choice(DOUBLE_FAMILY) if self._random.random() < 0.05 else self._random.choice(FAMILY)
        return party(family + self._random.choice(GIVEN), self.phone(), self.address())

    def phone(self) -> str:
        """Mostly mobiles, in the spellings in use, and some landlines."""
        pick, digits = self._random.choice, self._random.randrange
        head, tail = f"1{pick(('38', '39', '50', '77', '86', '91'))}", f"{digits(10_000):04d}"
        plain = f"{head}0000{tail}"
        spaced = f"{head} 0000 {tail}"
        landline = f"{pick(('021', '010', '0755', '0512'))}-5500{tail}"
        return str(pick((plain,) * 8 + (spaced, f"+86 {spaced}", f"0086-{plain}", landline)))

    def address(self) -> str:
        """A city, a road, a number, and a unit in one of the spellings in use."""
        pick, n = self._random.choice, self._random.randrange
        road = f"{pick(CITIES)}{pick(ROADS)}{n(1, 2000)}"
        room = n(1, 30) * 100 + n(1, 9)
        units = (
            f"号{n(1, 30)}号楼{n(1, 6)}单元{room}室",
            f"弄{n(1, 90)}号{room}室",
            f"号{pick('ABCD')}座{room}",
            f"号{n(1, 20)}栋{pick('AB')}{room}",
            f"号{n(1, 20)}幢{room}",
            f"号某某花园{n(1, 20)}-{n(1, 4)}-{room}",
            "号",
        )
        return road + str(pick(units))

    def harbour(self) -> Party:
        """A person in Hong Kong, Macau or Taiwan."""
        pick, digits = self._random.choice, self._random.randrange
        name = pick(FAMILY) + pick(GIVEN)
        place = pick(("hk", "hk", "mo", "tw"))
        if place == "hk":
            return party(
                pick((name, "Chan Tai Man")), f"+852 9{digits(1000):03d} {digits(10_000):04d}", pick(HONG_KONG)
            )
        if place == "mo":
            return party(name, f"+853 66{digits(100):02d} {digits(10_000):04d}", pick(MACAU))
        return party(name, f"+886 912 {digits(1000):03d} {digits(1000):03d}", pick(TAIWAN))

    def foreigner(self) -> Party:
        """A person elsewhere."""
        return party(*self._random.choice(ABROAD))


def party(name: Any, phone: Any, address: Any) -> Party:
    """One side of a waybill."""
    return {"name": name, "phone": phone, "address": address}


def telling(make: Invented) -> list[Record]:
    """One record for each thing that is easy to get wrong."""
    home = party("李四", "13900001234", "上海市青浦区华志路1685号3号楼2单元402室(放门卫勿打电话)")
    shop = party("上海某某贸易有限公司", "021-59791234-801", "上海市青浦区香花桥路88号一号楼二单元三零一")
    records = [
        make.record(party("张三", "13812345678", "北京市朝阳区人民路12号A座1808"), home, "微信同号13812345678"),
        make.record(party("欧阳娜娜", 13800001111, "广东省深圳市南山区科苑南路5号7栋B2302"), shop),
        make.record(
            shop, party("阿卜杜拉·买买提", "１３８１２３４５６７８", "新疆乌鲁木齐市天山区解放大道1号12-3-401")
        ),
        make.record(party("𠮷田", "+86 138-1234-5678", "浙江省杭州市西湖区人民路9号"), home, None),
        make.record(party("张", "13800000001/021-55001234转801", "江苏省苏州市姑苏区人民路3幢502"), home),
        make.record(party("某某电器售后服务中心", "4008123456", "上海市浦东新区建设一路6号"), home, "发票随货"),
        make.record(party("Chan Tai Man", "+852 9123 4567", HONG_KONG[2]), home),
        make.record(home, party("John Smith", "+1 212 555 0123", ABROAD[0][2]), "Leave at door, call +1 212 555 0123"),
        # Some come in masked, or as a platform's ciphertext: nothing is stored for those fields.
        make.record(party("王*", "138****5678", "北京市朝阳区中山北路1号"), home),
        make.record(party("$aW52ZW50ZWQgbmFtZQ==$b2YgYSBzYW1wbGU=$1$$", None, ""), home, None),
        # Keys that the schema does not map come back as they are, except where they repeat what was masked.
        make.record(party("赵六", "13800002222", "湖北省武汉市洪山区解放大道2号"), home)
        | {"label_text": "赵六 13800002222", "trace": {"steps": [{"desc": "已通知赵六"}]}},
        make.record(party("孙七", "13800003333", "陕西省西安市雁塔区人民路7号"), home)
        | {"reference": 1234567890123456789012345, "gift": None, "emoji": "🎁"},
        make.record(home, party("周八", "13800004444", "四川省成都市武侯区天府大道8号"), "身份证110101199003074610"),
    ]
    records.append(records[0])  # sent again in the same batch: the same tokens, and not created twice
    return records


def wrong(make: Invented, known: Record) -> list[Any]:
    """Records that fail, each alone."""
    home = party("李四", "13900001234", "上海市青浦区华志路1685号")
    return [
        make.record(party("张三", ["13812345678"], "上海市青浦区人民路1号"), home),
        make.record(party(True, "13812345678", "上海市青浦区人民路1号"), home),
        make.record(party("张三", "13812345678", "上海市青浦区人民路1号"), home) | {"recipient": "李四 13900001234"},
        make.record(home, home) | {"waybill_no": "ＹＴ８８０００００００１"},
        make.record(home, home) | {"waybill_no": None},
        known | {"recipient": party("别人", "13900009999", "上海市青浦区人民路2号")},
        "no record at all",
    ]


def batch() -> dict[str, Any]:
    """The body of a call of `POST /v1/tokenize`."""
    make = Invented(SEED)
    records: list[Any] = telling(make)
    records += [make.record(make.mainland(), make.mainland()) for _ in range(EVERYDAY)]
    records += [make.record(make.mainland(), make.harbour()) for _ in range(HONG_KONG_MACAU_TAIWAN)]
    records += [make.record(make.mainland(), make.foreigner()) for _ in range(FOREIGN)]
    records += wrong(make, records[1])
    return {"schema": "standard", "custody": {"site": "021001"}, "records": records}


def main() -> None:
    """Write the file, one record a line."""
    body = batch()
    head = json.dumps({key: value for key, value in body.items() if key != "records"}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in body["records"])
    FILE.write_text(f'{head[:-1]}, "records": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
