"""What is done to the records of a file.

They are masked here with no store at all, or tokenized by the service in this process.

The caller is authenticated by a credential exactly as over HTTP, and again every second while the file goes on.
"""

import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from time import monotonic
from typing import Any, Final, Literal, Self

from keys.errors import IntegrityError, KeysError
from masking_service.access.custody import Custody
from masking_service.access.errors import AccessError, QuotaExceeded, Unauthenticated
from masking_service.cli.files.entries import Result, members
from masking_service.cli.files.faults import NotDone
from masking_service.domain.profiles import Profile
from masking_service.domain.record import Masker
from masking_service.domain.schema import Schema
from masking_service.domain.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.runtime.store_admission import watch_store
from masking_service.runtime.wiring import Parts
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.errors import SeveralWaybills, UnknownSchema
from masking_service.usecases.mask import mask_batch
from masking_service.usecases.recorder import Call

REFRESH_SECONDS: Final = 1.0
"""A key that is revoked while a file goes on is refused as soon as over HTTP."""

_HERE: Final = "127.0.0.1"


def masking(schema: Schema, profile: Profile, *, known: Collection[Schema] = ()) -> Callable[[list[Any]], list[Result]]:
    """Masks records in place.

    Args:
        schema, profile: of the records.
        known: the schemas that may fit a record of which `schema` maps nothing.
    """
    masker = Masker(schema, profile)
    return lambda records: [members(answer) for answer in mask_batch(masker, records, known)]


class Tokenizing:
    """Tokenizes batches through the use case of the service.

    Args:
        parts: a set-up whose store is not used yet.
        credential: an API key or a JWT.
        schema, profile, replace, revise, custody: as `Service.tokenize` takes them.

    Raises:
        WrongStore: the store is another's.
        NotDone: the store does not answer, or the credential may not do this.
    """

    def __init__(
        self,
        parts: Parts,
        credential: str,
        schema: str,
        profile: str,
        *,
        replace: Literal["mask", "token"],
        revise: bool,
        custody: Custody | None,
    ) -> None:
        self._parts = parts
        self._authorization = f"Bearer {credential}"
        self._schema = schema
        self._profile = profile
        self._replace: Literal["mask", "token"] = replace
        self._revise = revise
        self._custody = custody
        self._answered = 0
        self._refreshed = float("-inf")
        self([])  # a caller without permission is refused before anything is read

    def using(self, schema: Schema, profile: Profile) -> Self:
        """The same for records of this schema under this profile, which have the names of those that were given."""
        self._parts.use(schema, profile)
        return self

    def __call__(self, records: list[Any]) -> list[Result]:
        """Tokenize a batch; what failed before is safe to send again."""
        try:
            results = self._tokenized(records)
        except StoreUnavailable as fault:
            raise self._stopped(f"the store does not answer ({fault})") from None
        except IntegrityError:
            raise self._stopped("something stored does not open as it should; this is an alarm") from None
        except KeysError:
            raise self._stopped("the keys cannot be had now") from None
        except Unauthenticated:
            raise self._stopped("the API key is not valid") from None
        except QuotaExceeded as fault:
            what = f"the budget for conflicts is spent until {rfc3339(fault.retry_at)} (window {fault.window})"
            raise self._stopped(what) from None
        except AccessError as fault:
            raise self._stopped(f"this API key may not do this ({fault.code})") from None
        except UnknownSchema:
            raise NotDone("there is no schema of that name") from None
        except SeveralWaybills:
            raise NotDone("a record of this schema holds several waybills: it can be masked, not tokenized") from None
        self._answered += len(records)
        return results

    def _tokenized(self, records: list[Any]) -> list[Result]:
        if monotonic() - self._refreshed >= REFRESH_SECONDS:
            with suppress(KeysError):  # a keyset file that cannot be used: the keys in use go on, as in a worker
                self._parts.key_watch.reload()
            watch_store(self._parts)
            self._parts.registry.refresh()
            self._refreshed = monotonic()
        now = clock()
        principal = self._parts.acting.authenticator.authenticate(self._authorization, _HERE, now)
        answers = self._parts.acting.tokenize(
            Call(principal, uuid.uuid4().hex, now),
            self._schema,
            self._profile,
            records,
            replace=self._replace,
            revise=self._revise,
            custody=self._custody,
            mask_if_unavailable=False,
        )
        return [members(answer) for answer in answers]

    def _stopped(self, why: str) -> NotDone:
        """What was stored before it stopped is no loss and no harm."""
        if not self._answered:
            return NotDone(f"{why}. No output was written.")
        return NotDone(
            f"{why}, after {self._answered:,} record{'s' * (self._answered != 1)}. No output was written. "
            "What was stored so far is safe: the same command gives the same tokens for it."
        )
