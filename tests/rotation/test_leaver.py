"""What a leaver's plan asks for, what of it is left, and what its report says."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from keys import keyset
from keys.rotation import RotatableKey, activate, distribute
from keys.tiers import begin_split
from masking_service.rotation.leaver import (
    BY_HAND,
    STEPS,
    Access,
    FinishedStep,
    LeaverPlan,
    key_names,
    load,
    outdated,
    run,
    without,
)
from masking_service.service.people.clients import ApiKey, Client, Clients
from tests.rotation.processes import TODAY

ALL: Sequence[str] = (
    "rotate root",
    "rewrap",
    "rotate token",
    "rotate clients",
    "rotate publication",
    "rotate state",
    "rotate index",
    "rotate search",
    "rotate audit",
    "reseal",
    "revoke intake hosts",
    "revoke API keys",
)
TURNS: Mapping[RotatableKey, str] = {
    "root": "rotate root",
    "token": "rotate token",
    "client": "rotate clients",
    "publication": "rotate publication",
    "state": "rotate state",
    "index": "rotate index",
    "search": "rotate search",
    "audit": "rotate audit",
}
ACCESSES: Sequence[Access] = get_args(Access)


@pytest.mark.parametrize("could", [some for count in range(5) for some in combinations(ACCESSES, count)])
def test_a_plan_has_the_steps_and_the_work_by_hand_of_all_that_the_person_could_have_had(
    could: tuple[Access, ...],
) -> None:
    machine = bool({"host", "code"} & {*could})
    reached = [*could, *(("store", "keys") if machine else ())]
    plan = LeaverPlan(could, 0)

    assert plan.steps == (ALL if machine else ALL[:-2] if "keys" in could else ())
    assert {*plan.needs} == {*reached}
    assert plan.by_hand == tuple(
        line for access in ("store", "keys", "host", "code") if access in reached for line in BY_HAND[access]
    )


def test_steps_that_are_complete_are_not_left() -> None:
    done = tuple(FinishedStep(step, 5, 1, "done") for step in ALL[3:0:-1])

    assert LeaverPlan(("host",), 0, done).left == (ALL[0], *ALL[4:])
    assert LeaverPlan(("host",), 0, tuple(FinishedStep(step, 5, 1, "") for step in ALL)).left == ()


def test_steps_run_in_order_until_one_is_not_complete_and_each_is_kept(tmp_path: Path) -> None:
    path, told, now = tmp_path / "plan.json", list[object](), iter(range(100, 200, 3))
    plan = LeaverPlan(("host",), 90, (FinishedStep("rewrap", 95, 2, "before"),), ("a",), ("root/1",))
    kept: list[LeaverPlan | None] = []

    def ran(step: str) -> str | None:
        kept.append(load(path))
        return None if step == "rotate clients" else f"said of {step}"

    def tell(step: str, said: str) -> None:
        told.append((step, said, load(path)))

    done = run(path, plan, ran, lambda: next(now), tell)

    first = FinishedStep("rotate root", 103, 3, "said of rotate root")
    second = FinishedStep("rotate token", 109, 3, "said of rotate token")
    one = msgspec.structs.replace(plan, finished=(*plan.finished, first))
    two = msgspec.structs.replace(plan, finished=(*plan.finished, first, second))
    assert (done, load(path), kept) == (two, two, [None, one, two])
    assert told == [("rotate root", "said of rotate root", one), ("rotate token", "said of rotate token", two)]


def test_a_plan_that_was_not_begun_is_none(tmp_path: Path) -> None:
    assert load(tmp_path / "plan.json") is None


def test_a_file_that_names_an_unknown_step_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b'{"could":["keys"],"began":1,"finished":[{"step":"rotate all","at":1,"seconds":1,"said":""}]}')
    path.chmod(0o600)

    with pytest.raises(msgspec.ValidationError, match="no such step"):
        load(path)


def test_a_report_names_each_step_with_its_reason_and_what_is_left_by_hand() -> None:
    plan = LeaverPlan(("keys", "store"), 0, (FinishedStep("reseal", 3_600, 60, "5 records"),))

    assert plan.report(86_400).splitlines() == [
        "# Keys that turned over when a person left",
        "",
        "What the person could have had: keys, store. Begun 1970-01-01T00:00:00Z, complete 1970-01-02T00:00:00Z.",
        "",
        "| step | complete | seconds | result | why |",
        "|---|---|---|---|---|",
        f"| reseal | 1970-01-01T01:00:00Z | 60 | 5 records | {STEPS['reseal'].why} |",
        "",
        "To be done by hand, with the date and a name:",
        "",
        *(f"- [ ] {line}" for line in (*BY_HAND["store"], *BY_HAND["keys"])),
    ]
    assert (*STEPS,) == ALL


def test_a_step_leaves_a_key_known_where_one_that_the_person_knew_is_active_after_it(path: Path) -> None:
    """A rotation that was interrupted ends with the key that it had distributed before the person left."""
    begin_split(path, TODAY)
    left = {}
    for which, step in TURNS.items():
        before = keyset.read(path)[0]
        distribute(path, which, TODAY)
        between = keyset.read(path)[0]
        activate(path, which, TODAY)
        after = keyset.read(path)[0]
        known = key_names((*before.roots, *before.secrets))
        learned = [name for name in key_names((*between.roots, *between.secrets)) if name not in known]
        left[which] = [
            LeaverPlan(("host",), 0, keys=(*keys,)).leaves_known(step, file)
            for keys, file in (((), after), (known, before), (known, after), *(([one], after) for one in learned))
        ]

    # The audit log has two keys that turn over at once: both are asked for.
    assert left == {which: [False, True, False, True] for which in TURNS} | {"audit": [False, True, False, True, True]}
    now = keyset.read(path)[0]
    every = LeaverPlan(("host",), 0, keys=key_names((*now.roots, *now.secrets)))
    assert [step for step in ALL if every.leaves_known(step, now)] == [step for step in ALL if step in TURNS.values()]


def test_keys_from_before_are_revoked_where_a_newer_one_is_valid_and_awaited_where_none_is() -> None:
    def client(name: str, *keys: ApiKey, revoked: bool = False) -> Client:
        return Client(name, "default", "courier", frozenset(), (), keys, revoked)

    def key(name: str, created: int, expires: int | None = None) -> ApiKey:
        return ApiKey(name.encode().hex(), created, expires, name)

    clients = [
        client("both", key("before", 99), key("after", 101)),
        client("same-second", key("in it", 100)),
        client("ended", key("over", 50, 200), key("old", 100, 201), key("new", 150, 201)),
        client("ending-successor", key("alone", 1), key("gone", 150, 200)),
        client("revoked", key("of it", 1), key("its newer", 150), revoked=True),
        client("only-new", key("fresh", 101)),
        client("none"),
    ]

    revocable, waiting = outdated(clients, 100, 200)

    assert revocable == [("both", "before"), ("ended", "old")]
    assert waiting == ["same-second", "ending-successor"]
    left = without(Clients(clients, 7), revocable)
    assert ({one.id: [key.id for key in one.keys] for one in left}, left.pepper) == (
        {one.id: [key.id for key in one.keys if (one.id, key.id) not in revocable] for one in clients},
        7,
    )
