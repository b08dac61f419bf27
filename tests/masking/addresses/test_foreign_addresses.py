"""Foreign addresses: what is not recognised is said, and no number of it shows on a label."""

from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.addresses.foreign.address import hide_foreign_units
from masking_service.masking.addresses.han_units_in_text import hide_units_in_text
from masking_service.masking.kinds.address import UNIT_NOT_RECOGNISED, mask_address
from masking_service.masking.records.profiles import Profile
from masking_service.masking.words.foreign_words import kinds_of_words
from tests.every import every
from tests.masking.standard import masked, standard

UNREAD = "10 High Street, Foo 12, London"
DESK = Profile.parse("desk", {"address": {"hide": "unit"}, "name": {"hide": "given"}, "phone": {"show_last": 4}})


def with_address(address: str) -> dict[str, object]:
    return standard(recipient={"name": "John Smith", "phone": "13812345678", "address": address})


def test_an_address_whose_unit_is_not_recognised_is_warned_of() -> None:
    _, found = masked(with_address(UNREAD))

    assert ("/recipient/address", UNIT_NOT_RECOGNISED) in found.warnings


def test_a_label_shows_no_number_of_it() -> None:
    record, _ = masked(with_address(UNREAD))

    assert record["recipient"]["address"] == "** High Street, Foo **, London"


@every(
    "address",
    ["ул. Ленина 5, 3-я комната", "12, Teheran-ro, 502, Gangnam-gu, Seoul", "8 Queensway, Pacific View, 1203"],
)
def test_what_may_be_a_room_beside_numbers_that_are_read_is_warned_of(address: str) -> None:
    _, found = masked(with_address(address))

    assert ("/recipient/address", UNIT_NOT_RECOGNISED) in found.warnings


def test_another_profile_shows_it_and_warns() -> None:
    record, found = masked(with_address(UNREAD), by=DESK)

    assert record["recipient"]["address"] == UNREAD
    assert ("/recipient/address", UNIT_NOT_RECOGNISED) in found.warnings


def test_so_it_is_in_a_member_that_is_not_mapped() -> None:
    record, found = masked(standard(deliveryAddress=UNREAD))

    assert record["deliveryAddress"] == "** High Street, Foo **, London"
    assert ("/deliveryAddress", UNIT_NOT_RECOGNISED) in found.warnings


@every(
    "address",
    [
        "350 Oak Avenue Apt 5B, Brooklyn, NY 11201",
        "Bahnhofstraße 12, 10115 Berlin",
        "10 Downing Street, London SW1A 2AA",
        "1-2-3 Ginza, Tokyo",
        "서울특별시 중구 명동 54-1",
        "浙江省杭州市西湖区文三路478号",
        "161 Oak Rd, Durban, KwaZulu-Natal 4001, South Africa",
        "51 Oak Street, Frankston, VI 3199",
        "177 Victoria Street 177, rue Victoria, Edmundston, E3V 2H7",
        "93 95 Boulevard National",
        "49 / 51 Rue Saint Aubin, Angers, 49100",
        "125 Mu 2, Tambon Mae Kha, Chiang Mai, Thailand",
        "30 Soi Sukhumvit 61, Vadhana, Bangkok 10110, Thailand",
        "277-279 Soi Ruammit, Huai Khwang, Bangkok, Thailand",
        "122, Phum 9, Mittakpheap, Phnom Penh 12252, Cambodia",
        "No. 3, Ln. 39, Sec. 2 Zhongshan N. Rd.",
        "Grabenweg 6, Wals/Salzburg, 5071",
        "Hauptstrasse 7, ST. GEORGEN, 4300",
        "Tiroler Str. 22, Lienz (Tirol), 9900",
        "Av. Portugal 1.722, São Paulo",
    ],
)
def test_an_address_that_is_read_is_not_warned_of(address: str) -> None:
    assert masked(with_address(address))[1].warnings == []


@every(
    ("address", "shown"),
    [
        ("Flat 3F2, 17 Marchmont Crescent, Edinburgh EH9 1HF", "Flat ***, 17 Marchmont Crescent, Edinburgh EH9 1HF"),
        ("U3/18 Smith Rd, Perth WA", "U*/18 Smith Rd, Perth WA"),
        ("1204-789 Burrard Street, Vancouver BC V6Z 1X6", "****-789 Burrard Street, Vancouver BC V6Z 1X6"),
        ("Calle Colón 4, bajo B, 46004 Valencia", "Calle Colón 4, bajo *, 46004 Valencia"),
        ("Fő u. 10, fsz. 2, 1011 Budapest", "Fő u. 10, fsz. *, 1011 Budapest"),
        ("Bağdat Cad. 34/8, Kadıköy, İstanbul", "Bağdat Cad. 34/*, Kadıköy, İstanbul"),
        ("Gül Sok. 14/27 Beşiktaş", "Gül Sok. 14/** Beşiktaş"),
        ("al. Jana Pawła II 21/47, 00-001 Warszawa", "al. Jana Pawła II 21/**, 00-001 Warszawa"),
        ("Calle Mayor 20 9-A, 28013 Madrid", "Calle Mayor 20 *-*, 28013 Madrid"),
        ("U31 119 Oak Avenue, Perth WA 6000", "U** 119 Oak Avenue, Perth WA 6000"),
        ("Vestergade 22, 8. sal, 2, 8000 Aarhus", "Vestergade 22, ** sal, *, 8000 Aarhus"),
        ("ул. Ленина, д. 5/2, Казань", "ул. Ленина, д. 5/2, Казань"),
        ("B-1203, Lodha Palava, Dombivli East 421204", "*-****, Lodha Palava, Dombivli East 421204"),
        (
            "Apartemen Kalibata City Tower A Lt. 12 No. 5, Jakarta",
            "Apartemen Kalibata City Tower A Lt. ** No. *, Jakarta",
        ),
        ("3-2-501, Xinghe Garden, Nanshan, Shenzhen", "3-*-***, Xinghe Garden, Nanshan, Shenzhen"),
        ("Fő u. 42. B. ép. 4/12, 1072 Budapest", "Fő u. 42. B. ép. */**, 1072 Budapest"),
        ("İnönü Cad. 12. Sk. No. 5/3, İzmir", "İnönü Cad. 12. Sk. No. 5/*, İzmir"),
        ("京都市下京区四条通 烏丸ビル 503", "京都市下京区四条通 烏丸ビル ***"),
        ("1F2, 33 Marchmont Road, Edinburgh", "***, 33 Marchmont Road, Edinburgh"),
        ("Amir Temur ko'chasi 12, 34-xonadon, Toshkent", "Amir Temur ko'chasi 12, ***xonadon, Toshkent"),
        ("7F.-3, No. 100, Sec. 2, Roosevelt Rd., Taipei", "*F.-*, No. 100, Sec. 2, Roosevelt Rd., Taipei"),
        ("402, Shanti Towers, MG Road, Pune 411001", "***, Shanti Towers, MG Road, Pune 411001"),
        ("A-402 Shanti Heights, Andheri, Mumbai 400053", "*-*** Shanti Heights, Andheri, Mumbai 400053"),
        ("Shanti Towers B 402, Andheri, Mumbai 400053", "Shanti Towers * ***, Andheri, Mumbai 400053"),
        ("No. 3-12, Blok A, Taman Ria, 10000 Penang", "No. *-**, Blok A, Taman Ria, 10000 Penang"),
        ("12, Tower Road, London E1", "12, Tower Road, London E1"),
        ("12, Jalan Merdeka 3/2, 40000 Shah Alam", "12, Jalan Merdeka 3/2, 40000 Shah Alam"),
        ("Unit 15.02, Menara Biru, KL", "Unit **.**, Menara Biru, KL"),
        ("5F-2, No. 35, Lane 181, Taipei", "*F-*, No. 35, Lane 181, Taipei"),
        ("3/2, 41 Byres Road, Glasgow G11 5RG", "*/*, 41 Byres Road, Glasgow G11 5RG"),
        ("No. 45/2/1, Galle Road, Colombo 03", "No. 45/*/*, Galle Road, Colombo 03"),
        ("Rua das Flores 25, R/C Dto, 4050 Porto", "Rua das Flores 25, */* Dto, 4050 Porto"),
    ],
)
def test_units_of_many_countries_are_hidden_and_houses_stay(address: str, shown: str) -> None:
    assert mask_address(address, "unit", label=True) == shown


@every(
    ("address", "shown"),
    [
        ("No 402 Building 3", "No *** Building 3"),
        ("B 201, Apsara Building", "* ***, Apsara Building"),
        ("12 500 Oak Road", "** 500 Oak Road"),
        ("203-10030 137 Street", "***-10030 137 Street"),
        ("1203 Marina Tower", "**** Marina Tower"),
        ("A 12 500 5th Avenue", "* ** 500 5th Avenue"),
        ("500 B West Oak Road", "500 * West Oak Road"),
        ("500 B Oak Road", "500 * Oak Road"),
        ("500 Oak Road 1203", "500 Oak Road ****"),
        ("500 Oak Road, 12 B", "500 Oak Road, ** *"),
        ("500 Oak Road 12, Springfield IL", "500 Oak Road **, Springfield IL"),
        ("500 W Oak Road 12", "500 W Oak Road **"),
        ("500 Oak Road B", "500 Oak Road *"),
        ("500 Oak Road, No. 12", "500 Oak Road, No. **"),
        ("5 Main St 4B", "5 Main St **"),
        ("Rua T-37, 123, Goiânia", "Rua T-37, 123, Goiânia"),
        ("500 Oak Road", "500 Oak Road"),
        ("5F 7", "*F *"),
        ("5F 7/", "*F 7/"),
        ("정자로 32, 101-1331", "정자로 32, 101-****"),
    ],
)
def test_a_room_beside_a_street_or_a_building_is_hidden_without_a_word_for_it(address: str, shown: str) -> None:
    assert hide_foreign_units(address) == shown


def test_an_address_of_floor_and_room_alone_is_hidden() -> None:
    assert mask_address("5F 3º", "unit") == "*F *º"


@every(
    ("text", "shown"),
    [
        ("Τσιμισκή 44, διαμέρισμα 19", "Τσιμισκή 44, διαμέρισμα **"),
        ("Новосибирск, Красный пр. 17, офис 147", "Новосибирск, Красный пр. 17, офис ***"),
        ("רחוב דיזנגוף 99, דירה 9, תל אביב", "רחוב דיזנגוף 99, דירה *, תל אביב"),
        ("شقة 34، شارع الشيخ زايد، دبي", "شقة **، شارع الشيخ زايد، دبي"),
        ("ห้อง 1508 คอนโดริมน้ำ", "ห้อง **** คอนโดริมน้ำ"),
        ("테헤란로 152, 11층 1777호", "테헤란로 152, **층 ****호"),
        ("Calle Sierpes 8, 7º dcha, 41004 Sevilla", "Calle Sierpes 8, *º dcha, 41004 Sevilla"),
        ("Bundesgasse 14, 2. Stock, 3011 Bern", "Bundesgasse 14, ** Stock, 3011 Bern"),
        ("İstiklal Cad. No:85 Daire:7, Beyoğlu", "İstiklal Cad. No:85 Daire:*, Beyoğlu"),
        ("放12 Main St Apt 4", "放12 Main St Apt *"),
        ("12 High St, Second Floor", "12 High St, ****** Floor"),
        ("Basement flat, 5 Oak Rd", "******** flat, 5 Oak Rd"),
        ("one floor lamp", "one floor lamp"),
        ("office 12 only", "office 12 only"),
        ("2. Artikel, Top 10", "2. Artikel, Top 10"),
    ],
)
def test_words_for_units_abroad_are_read_in_texts_and_unmapped_members(text: str, shown: str) -> None:
    record, _ = masked(standard(remark=text, x9=text))

    assert (record["remark"], record["x9"]) == (shown, shown)


def test_the_words_are_of_at_least_forty_languages() -> None:
    from importlib import resources

    text = resources.files("masking_service.masking.words").joinpath("foreign_units.tsv").read_text("utf-8")
    languages = {line.split("\t")[0] for line in text.splitlines() if line and not line.startswith("# ")}

    assert len(languages) >= 40


@every("word", sorted(word for word, kind in kinds_of_words().items() if kind == "unit" and len(word) > 2))
def test_the_number_behind_every_word_for_a_unit_is_hidden(word: str) -> None:
    assert hide_foreign_units(f"Street 10, {word} 12, City") == f"Street 10, {word} **, City"


@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(["Apt", "12", "3", "º", "B", "/", "-", ", ", " ", "#", "кв.", "F", "Street", "et", "2nd"]),
        max_size=9,
    ).map("".join)
)
def test_hiding_the_units_of_a_masked_address_changes_nothing(address: str) -> None:
    once = mask_address(address, "unit", label=True)

    assert mask_address(once, "unit", label=True) == once


@every(
    ("text", "shown"),
    [
        ("万达广场3楼优衣库", "万达广场*楼优衣库"),
        ("放3楼前台", "放*楼前台"),
        ("20-3-503", "20-*-***"),
        ("2号楼1902金建华", "2号楼****金建华"),
        ("放1201门口", "放****门口"),
        ("403室", "***室"),
        ("请送到3号楼", "请送到3号楼"),
        ("A座大堂", "A座大堂"),
        ("买3送1", "买3送1"),
        ("订单12345", "订单12345"),
        ("2024-01-15发货", "2024-01-15发货"),
        ("两层纸箱", "两层纸箱"),
    ],
)
def test_in_a_text_only_what_can_be_nothing_else_is_hidden(text: str, shown: str) -> None:
    assert hide_units_in_text(text) == shown
