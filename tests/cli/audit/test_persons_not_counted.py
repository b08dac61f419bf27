"""What is said where the store's user may not list keys: on standard error, as standard output may be read on."""

import pytest

from masking_audit.cli.incident import _counted
from masking_service.store.errors import StoreUnavailable


def test_persons_are_counted_or_it_is_said_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> int:
        raise StoreUnavailable("listing")

    assert (_counted(lambda: 7), capsys.readouterr()) == (7, ("", ""))
    assert _counted(refuse) is None
    assert capsys.readouterr() == (
        "",
        "The persons are not counted: the store's user may not list keys. Name one that may in MASKING_REDIS_URL "
        "(examples/redis-auditor.acl).\n",
    )


def test_a_store_that_does_not_answer_is_an_error() -> None:
    def fail() -> int:
        raise StoreUnavailable("timeout")

    with pytest.raises(StoreUnavailable, match="timeout"):
        _counted(fail)
