"""Masks the records of a file without a store, or lets the service in this process tokenize them.

The caller is authenticated by a credential exactly as over HTTP, and again every second while the file is processed.
"""

import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, Final, Self

import msgspec

from keys.errors import IntegrityError, KeysError
from masking_files import texts
from masking_files.entries import Result, members
from masking_files.faults import NotDone
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import CountryMasker
from masking_service.masking.records.schema import Schema
from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.runtime.store_admission import watch_store
from masking_service.runtime.wiring import Parts
from masking_service.service.call.errors import QuotaExceeded, SeveralWaybills, UnknownSchema
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.errors import AccessError, Unauthenticated
from masking_service.service.waybills.mask import mask_batch
from masking_service.service.waybills.tokenize import Tokenize, TokenizeRequest
from masking_service.store.errors import StoreUnavailable
from masking_service.texts import say

REFRESH_SECONDS: Final = 1.0
"""A key that is revoked while a file goes on is refused as soon as over HTTP."""

_HERE: Final = "127.0.0.1"


def masking(
    schema: Schema, profile: Profile, *, known: Collection[Schema] = (), permit: Path | None = None
) -> Callable[[list[Any]], list[Result]]:
    """Masks records in place.

    Args:
        known: the schemas that may fit a record of which `schema` maps nothing.
        permit: the file of a permit, whose kinds get pseudonyms.

    Raises:
        NotDone: the permit cannot be used.
    """
    masker = CountryMasker(schema, profile) if permit is None else _with_pseudonyms(schema, profile, permit)
    return lambda records: [members(answer) for answer in mask_batch(masker, records, known)]


def _with_pseudonyms(schema: Schema, profile: Profile, file: Path) -> CountryMasker:
    try:
        from masking_service.arrow import Permit, PermitEnded, PseudonymMasker
    except ModuleNotFoundError:
        raise NotDone(say(texts.PSEUDONYMS_NEED_ARROW)) from None
    try:
        permit = Permit.load(file)
        permit.check()
    except (ValueError, OSError):
        raise NotDone(say(texts.NO_PERMIT, file=file)) from None
    except PermitEnded:
        raise NotDone(say(texts.PERMIT_ENDED, name=permit.name, until=permit.until)) from None
    return PseudonymMasker(schema, profile, permit)


class Tokenizing:
    """Tokenizes batches through the use case of the service.

    Args:
        parts: a set-up whose store is not used yet.
        credential: an API key or a JWT.
        wanted: how records are tokenized; its own are none.

    Raises:
        WrongStore: the store belongs to another keyset.
        NotDone: the store does not answer, or the credential may not do this.
    """

    def __init__(
        self,
        parts: Parts,
        credential: str,
        wanted: TokenizeRequest,
    ) -> None:
        self._parts = parts
        self._authorization = f"Bearer {credential}"
        self._wanted = wanted
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
            raise self._stopped(say(texts.STORE_AWAY, cause=fault)) from None
        except IntegrityError:
            raise self._stopped(say(texts.INTEGRITY)) from None
        except KeysError:
            raise self._stopped(say(texts.NO_KEYS)) from None
        except Unauthenticated:
            raise self._stopped(say(texts.NO_API_KEY)) from None
        except QuotaExceeded as fault:
            until = rfc3339(fault.retry_at)
            raise self._stopped(say(texts.BUDGET_SPENT, until=until, window=fault.window)) from None
        except AccessError as fault:
            raise self._stopped(say(texts.NOT_ALLOWED, code=fault.code)) from None
        except UnknownSchema:
            raise NotDone(say(texts.NO_SCHEMA)) from None
        except SeveralWaybills:
            raise NotDone(say(texts.SEVERAL_WAYBILLS)) from None
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
        context = RequestContext(principal, uuid.uuid4().hex, now)
        answers = self._parts.acting.of(Tokenize)(context, msgspec.structs.replace(self._wanted, records=records))
        return [members(answer) for answer in answers]

    def _stopped(self, why: str) -> NotDone:
        """Say that what was stored before the stop is no loss and no harm."""
        if not self._answered:
            return NotDone(say(texts.STOPPED, why=why))
        return NotDone(say(texts.STOPPED_AFTER, why=why, records=self._answered))
