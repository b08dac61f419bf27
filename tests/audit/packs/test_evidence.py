"""What an excerpt of the log proves, and what it shows."""

import msgspec
import pytest

from keys.signatures import Verifier
from keys.signers import LogSigner
from masking_audit.format.lines import write_line
from masking_audit.packs.evidence import excerpt, verify_excerpt
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import VERIFIER, Process, entry, full_entry, signed_entry
from tests.authenticators import Authenticator
from tests.keys.known import known_bytes


def lines_of(store: Store) -> list[bytes]:
    streams = Streams(store)
    return [write_line(one) for writer in streams.writers() for one in streams.entries(writer, 1)]


def test_a_signed_checkpoint_proves_no_entry(store: Store) -> None:
    line = write_line(logs.checkpoint(store))

    assert verify_excerpt([line], VERIFIER) == (0, [])
    assert verify_excerpt([line, line.replace(b'"epoch":1', b'"epoch":2')], VERIFIER) == (0, [2])


def test_an_excerpt_holds_the_wanted_entries_and_hashes_of_their_neighbours(store: Store) -> None:
    process = Process(store, "writer")
    process.commit(full_entry(3))
    process.commit(*(entry(principal=f"staff/u-{at}") for at in range(4)))
    lines = [*excerpt(lines_of(store), lambda _, one: one.principal in ("staff/u-1", "staff/u-3"))]

    assert verify_excerpt(lines, VERIFIER) == (2, [])
    assert b"staff/u-1" in lines[0]
    assert b"staff/u-3" in lines[0]
    assert [name for name in (b"staff/u-0", b"staff/u-2") if name in b"".join(lines)] == []


def test_what_an_older_key_signed_is_signed_anew_and_verifies_with_the_active_key_alone(store: Store) -> None:
    Process(store, "writer").commit(full_entry(3))
    newer = LogSigner({0: known_bytes("newer")}, 0, 0)
    mine = Verifier(newer.public_pem())

    (before,) = excerpt(lines_of(store), lambda *_: True)
    (after,) = excerpt(lines_of(store), lambda *_: True, newer.sign)
    (same,) = excerpt(lines_of(store), lambda *_: True, logs.SIGNER.sign)

    assert (verify_excerpt([before], mine), verify_excerpt([after], mine)) == ((0, [1]), (2, []))
    assert same == before


@pytest.mark.parametrize(("case", "proved"), [("D-1", (1, [])), ("D-2", (0, [1]))], ids=["as signed", "another"])
def test_an_excerpt_shows_that_a_person_signed_what_its_entry_says(
    store: Store, case: str, proved: tuple[int, list[int]]
) -> None:
    """The commits of both are signed by the service."""
    Process(store, "writer").commit(signed_entry(Authenticator(), case=case))

    lines = excerpt(lines_of(store), lambda _, one: one.action == "detokenize")

    assert verify_excerpt(lines, VERIFIER) == proved


def test_a_line_that_has_a_member_twice_is_not_as_it_was_signed(store: Store) -> None:
    """A reader may take the first, and this verifier the last."""
    Process(store, "writer").commit(entry(principal="staff/u-1"))
    (line,) = excerpt(lines_of(store), lambda *_: True)

    assert verify_excerpt([line], VERIFIER) == (2, [])
    for member in msgspec.json.decode(line):
        assert verify_excerpt([b'{"' + member.encode() + b'":"",' + line[1:]], VERIFIER) == (0, [1]), member


def test_an_excerpt_with_another_hash_is_not_as_it_was_signed(store: Store) -> None:
    process = Process(store, "writer")
    process.commit(*(entry(principal=f"staff/u-{at}") for at in range(2)))
    (line,) = excerpt(lines_of(store), lambda _, one: one.principal == "staff/u-0")
    hashed = msgspec.json.decode(line)["entries"][-1]

    assert verify_excerpt([line.replace(hashed.encode(), b"0" * 64)], VERIFIER) == (0, [1])
