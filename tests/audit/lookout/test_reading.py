"""Which entries of a log are read for the signals."""

import pytest

from masking_audit.format.entries import Item
from masking_audit.lookout.signals import VIEW_DAYS, WINDOW_DAYS
from masking_audit.lookout.use import read_histories
from masking_audit.newest_hashes import NewestHashes
from masking_service.masking.timestamps import SECONDS_A_DAY as DAY
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import entry
from tests.store.stores import NOW

MINE, OTHER = "a" * 32, "b" * 32
RELEASED = [Item("w1", "released", "/recipient/phone", "phone")]


@pytest.mark.parametrize(
    ("at", "openings", "views"),
    [
        (NOW, 0, 0),  # not yet
        (NOW - 1, 1, 1),
        (NOW - VIEW_DAYS * DAY, 1, 1),
        (NOW - VIEW_DAYS * DAY - 1, 1, 0),
        (NOW - WINDOW_DAYS * DAY, 1, 0),
        (NOW - WINDOW_DAYS * DAY - 1, 0, 0),
    ],
)
def test_openings_of_a_month_and_views_of_a_week_are_read(store: Store, at: int, openings: int, views: int) -> None:
    log = logs.log_on(store)
    for tenant in (MINE, OTHER):
        for action in ("detokenize", "view"):
            log.append(entry(at=at, tenant=tenant, action=action, outcome="released", items=RELEASED))
    logs.checkpoint(store)

    [(tenant, history)] = read_histories(lambda: logs.lines(store), [MINE], NOW, NewestHashes([])).items()

    assert (tenant, len(history.openings), len(history.views)) == (MINE, openings, views)


def test_traces_are_read_of_the_parcels_that_were_opened(store: Store) -> None:
    log = logs.log_on(store)
    log.append(entry(at=NOW - 9, tenant=MINE, action="detokenize", outcome="released", items=RELEASED))
    for waybill in ("w1", "w2"):
        log.append(entry(at=NOW - 5, tenant=MINE, action="custody-move", items=[Item(waybill, "done", site="021001")]))
    logs.checkpoint(store)

    history = read_histories(lambda: logs.lines(store), [MINE], NOW, NewestHashes([]))[MINE]

    assert [(trace.waybill, trace.site) for trace in history.traces] == [("w1", "021001")]


def test_traces_are_read_in_the_order_of_time(store: Store) -> None:
    log = logs.log_on(store)
    log.append(entry(at=NOW - 9, tenant=MINE, action="detokenize", outcome="released", items=RELEASED))
    for ago, site in ((5, "later"), (7, "earlier")):
        log.append(entry(at=NOW - ago, tenant=MINE, action="custody-move", items=[Item("w1", "done", site=site)]))
    logs.checkpoint(store)

    history = read_histories(lambda: logs.lines(store), [MINE], NOW, NewestHashes([]))[MINE]

    assert [trace.site for trace in history.traces] == ["earlier", "later"]


def test_traces_of_other_tenants_and_of_the_future_are_left_out(store: Store) -> None:
    log = logs.log_on(store)
    log.append(entry(at=NOW - 9, tenant=MINE, action="detokenize", outcome="released", items=RELEASED))
    for at, tenant in ((NOW - 5, OTHER), (NOW, MINE)):
        log.append(entry(at=at, tenant=tenant, action="custody-move", items=[Item("w1", "done", site="021001")]))
    logs.checkpoint(store)

    assert read_histories(lambda: logs.lines(store), [MINE], NOW, NewestHashes([]))[MINE].traces == []
