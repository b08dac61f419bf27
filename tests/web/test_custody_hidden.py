"""Custody over HTTP does not tell what exists, neither to the mover nor to the last holder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.api import NOW, NUMBER, SITE, Api, Clock, Json, record, stripped
from tests.web.calls import item, move
from tests.web.people import COURIER, PRIVACY

PATH = f"/v1/waybills/{NUMBER}"
OTHER_SITE = "999999"


def make_known(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})


def make_another_tenants(api: Api) -> None:
    api.tokenize(record(), who="other-tenant-printer")


def make_erased(api: Api) -> None:
    api.tokenize(record())
    assert api.call(PRIVACY, "DELETE", PATH).status_code == 200


@pytest.mark.parametrize("make", [make_known, make_another_tenants, make_erased])
@pytest.mark.parametrize("who", [{"site": SITE}, {"courier": "client/courier"}, {}])
def test_the_answer_is_the_same_as_for_a_number_that_never_was(
    api: Api, make: Callable[[Api], None], who: Json
) -> None:
    unknown = stripped(move(api, item(**who)))
    make(api)

    assert stripped(move(api, item(**who))) == unknown
    assert unknown[:2] == (200, b'{"results":[{"waybill_no":"SF1234567890"}],"failed":0}')


def custodies(api: Api) -> int:
    """The number of custody values in the store."""
    return len(api.parts.store.read([(b"KEYS", b"*}@")])[0])


def test_an_expired_waybill_is_moved_like_one_that_never_was(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    unknown = stripped(move(api, item(site=SITE)))
    api.tokenize(record())
    set_clock(NOW + 180 * 86_400)

    assert stripped(move(api, item(site=SITE))) == unknown
    assert custodies(api) == 0


@pytest.mark.parametrize("make", [make_another_tenants, make_erased, lambda _: None])
def test_nothing_is_kept_of_a_number_that_the_tenant_does_not_have(api: Api, make: Callable[[Api], None]) -> None:
    make(api)
    move(api, item(site=SITE), item("SF9999999999", courier="client/courier"))

    assert custodies(api) == 0


@pytest.mark.parametrize("held", [{"site": OTHER_SITE}, {"courier": "client/courier-2"}, {}])
def test_outside_custody_a_waybill_is_one_that_never_was(api: Api, held: Json) -> None:
    def both() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        return [
            stripped(api.get(COURIER, PATH)),
            stripped(api.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER, "SF9999999999"]})),
        ]

    unknown = both()
    api.tokenize(record())
    move(api, item(site=SITE))
    move(api, item(**held))

    assert both() == unknown
