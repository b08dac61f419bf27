"""What the directory keeps of people, whole, and for how long."""

from __future__ import annotations

import redis

from masking_service.service.directory.state import KnownPeople, KnownPerson
from masking_service.service.people.principals import Principal
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store.stores import foreseen

DAY = 86_400
TODAY = 4_000_000_000 // DAY * DAY
"""The store's own clock must not end what is kept: this is in 2096."""
WANG = KnownPerson("staff/1", "王", ("dispute-officer", "supervisor"), TODAY)


def people(store: Store) -> KnownPeople:
    return KnownPeople(store, known_keyring(), foreseen("people"))


def test_a_person_is_noted_as_the_sign_in_says_on_its_day(store: Store) -> None:
    def noted(now: int, name: str | None = "王") -> KnownPerson:
        roles = ("dispute-officer", "supervisor")
        return people(store).note(Principal("staff/1", "default", roles, frozenset(), "jwt", name=name), now)

    assert [noted(TODAY + seconds).seen_at - TODAY for seconds in (-1, 0, 1, DAY - 1, DAY)] == [-DAY, 0, 0, 0, DAY]
    assert noted(TODAY + 5) == WANG
    assert noted(TODAY, None).name == ""


def test_people_are_listed_by_name_and_forgotten_after_180_days(store: Store, client: redis.Redis) -> None:
    """A person who signs in again is kept again; another tenant has its own people."""
    known = people(store)
    li, unnamed = KnownPerson("staff/0", "李", (), TODAY - 179 * DAY), KnownPerson("staff/9", "", ("courier",), TODAY)
    for person in (li, WANG, unnamed):
        known.write("default", person, TODAY)
    known.write("other", li, TODAY)
    listed = [known.listed("default", now) for now in (TODAY, TODAY + DAY - 1, TODAY + DAY, TODAY)]
    known.write("default", li, TODAY)

    everyone, others = [unnamed, li, WANG], [unnamed, WANG]
    assert listed == [everyone, everyone, others, others]
    assert (known.listed("default", TODAY), known.listed("other", TODAY)) == (everyone, [li])
    assert {client.execute_command("EXPIRETIME", one) for one in client.keys(b"wm:{t:*")} == {TODAY + 180 * DAY}
