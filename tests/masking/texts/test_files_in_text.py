"""Files and JSON in base64: how short they may be, and in which alphabet and with which end."""

from base64 import b64encode, urlsafe_b64encode

from masking_service.masking.texts.documents_in_text import (
    is_file,
    is_read_alone,
    json_in_base64,
    lines_may_be_read_alone,
)

PDF = "JVBERi"


def test_a_file_has_sixty_characters() -> None:
    assert [is_file(PDF + "A" * (length - len(PDF))) for length in (59, 60)] == [False, True]


def test_what_begins_like_no_file_or_has_other_signs_is_none() -> None:
    assert not is_file("A" * 80)
    assert not is_file(PDF + "A" * 80 + "，" + "A" * 80)


def test_json_has_twenty_four_characters() -> None:
    whole = [b64encode(document.encode()).decode() for document in ('{"a":"12345678"}', '{"a":"12345"}  ')]

    assert [(len(one), json_in_base64(one) is not None) for one in whole] == [(24, True), (20, False)]
    assert [lines_may_be_read_alone(one) for one in whole] == [True, False]


def test_json_is_read_with_its_end_and_without_it_in_both_alphabets() -> None:
    documents = [f'{{"a":"{"x" * at}","b":"?>?>?>"}}' for at in range(8, 12)]
    written = [
        text
        for document in documents
        for whole in (b64encode(document.encode()).decode(), urlsafe_b64encode(document.encode()).decode())
        for text in (whole, whole.rstrip("="))
    ]

    assert [json_in_base64(text) for text in written] == [document for document in documents for _ in range(4)]
    assert all(map(is_read_alone, written))


def test_what_is_no_json_is_not_read() -> None:
    garbled = [f"eyJ{'/' * 24}", f"eyJ{'A' * 22}", f"eyJ{'A' * 26}!"]

    assert [json_in_base64(text) for text in garbled] == [None, None, None]
