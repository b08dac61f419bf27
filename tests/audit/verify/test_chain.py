"""The links of a chain are kept by number, those of consecutive numbers in one piece."""

from masking_service.audit.verify.chain import Links

A, B, C, D = (bytes([number]) * 32 for number in range(1, 5))


def test_a_link_is_found_by_its_number() -> None:
    links = Links()
    for number, link in ((7, A), (8, B), (3, C)):
        links.put(number, link)

    assert [links.get(number) for number in (2, 3, 4, 6, 7, 8, 9)] == [None, C, None, None, A, B, None]


def test_a_link_that_is_put_again_is_replaced() -> None:
    links = Links()
    for number, link in ((1, A), (2, B), (3, C), (2, D), (1, C)):
        links.put(number, link)

    assert [links.get(number) for number in (1, 2, 3, 4)] == [C, D, C, None]


def test_links_of_consecutive_numbers_are_one_piece() -> None:
    links = Links()
    for number in (5, 6, 7, 9, 10):
        links.put(number, A)

    assert [len(run) for run in links._runs] == [96, 64]


def test_links_before_a_number_are_forgotten() -> None:
    links = Links()
    for number, link in ((1, A), (2, B), (3, C), (5, D)):
        links.put(number, link)

    links.forget(3)

    assert [links.get(number) for number in (1, 2, 3, 4, 5)] == [None, None, C, None, D]
