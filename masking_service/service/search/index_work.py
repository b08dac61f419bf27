"""Work for the search indexes: left by intake hosts in a stream, filed by the opening tier.

An intake host has no search secret, so it cannot name the entries of an index, nor test which phones are in it. It
leaves what is to be found, sealed with the key of the records, and cannot open that again either.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from keys.aead import SealingKey, header_of
from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.search import BASE_BYTES
from keys.secret import Unprinted
from masking_service.service.search.state import Findable, Indexed, SearchIndex
from masking_service.service.vault.data_keys import RecordKeys
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import MAX_REVISIONS, PREFIX

STREAM: Final = PREFIX + b"{work}index"
LEASE: Final = PREFIX + b"{work}lease"
LEASE_SECONDS: Final = 2
AT_ONCE: Final = 64
"""Entries of the stream that are read together; each holds the work of a batch."""
PATIENCE_SECONDS: Final = 60
"""Seconds that work waits for a tenant or key that this process does not know yet."""
_LEASE_BYTES: Final = 8
_BUCKET_BYTES: Final = 512
"""Work is padded, so that its length tells little of what is in it."""


class _Work(Unprinted, msgspec.Struct, frozen=True, array_like=True):
    number: str
    base: Annotated[bytes, Meta(min_length=BASE_BYTES, max_length=BASE_BYTES)]
    revision: Annotated[int, Meta(ge=0, lt=MAX_REVISIONS)]
    expires_at: Annotated[int, Meta(ge=0, lt=2**32)]
    phones: tuple[str, ...]
    endings: tuple[str, ...]
    site: str | None


def work_command(tag: str, key: SealingKey, indexed: Sequence[Indexed], nonce: bytes) -> Command:
    """Return the command that leaves work about records that `key` seals.

    Args:
        tag: the keyed name of the tenant.
        nonce: 12 fresh random bytes.
    """
    work = [
        _Work(one.number, one.base, one.revision, one.expires_at, *msgspec.structs.astuple(one.findable))
        for one in indexed
    ]
    plain = msgspec.json.encode(work)
    padded = plain.ljust(-(-len(plain) // _BUCKET_BYTES) * _BUCKET_BYTES)
    return (b"XADD", STREAM, b"*", tag.encode(), key.seal(padded, _place(tag), nonce))


class IndexWork:
    """Files what intake hosts left.

    Attributes:
        waiting: how old the oldest work was that was filed last, in seconds; 0 where there was none.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        record_keys: RecordKeys,
        search: SearchIndex,
        random: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._record_keys = record_keys
        self._search = search
        self._name = random(_LEASE_BYTES)
        self.waiting = 0.0

    def file(self, tenants: Iterable[str], now: int) -> int:
        """File what was left, and return how many entries of the stream are done: one round trip without any.

        One process does so at a time. One that ends in between leaves the work, and filing it again adds nothing.

        Args:
            tenants: every tenant that this process has heard of.
            now: Unix seconds.

        Raises:
            StoreUnavailable, ProviderError: what is not filed is filed at the next call.
            IntegrityError: some of it was changed, or sealed by a host that is not enrolled, or names for
                `PATIENCE_SECONDS` what is not known. It is dropped, and the rest is filed.
        """
        by_tag = {self._keyring.tenant(tenant).tenant_tag: tenant for tenant in tenants}
        done, start, oldest = 0, b"-", 0.0
        failed: IntegrityError | None = None
        while True:
            [found] = self._store.read([(b"XRANGE", STREAM, start, b"+", b"COUNT", AT_ONCE)])
            if not found or not self._leased():
                break
            oldest = oldest or max(0.0, now - _left_at(found[0][0]))
            start = b"(" + found[-1][0]
            ended: list[bytes] = []
            try:
                for entry, fields in found:
                    try:
                        if self._filed(by_tag, fields, now, patient=abs(now - _left_at(entry)) < PATIENCE_SECONDS):
                            ended.append(entry)
                    except IntegrityError as error:  # it must not keep the rest from being filed
                        failed = error
                        ended.append(entry)
            finally:
                if ended:
                    self._store.write([(b"XDEL", STREAM, *ended)])
            done += len(ended)
        self.waiting = oldest
        if failed is not None:
            raise failed
        return done

    def _filed(self, by_tag: Mapping[str, str], fields: Sequence[bytes], now: int, *, patient: bool) -> bool:
        """File an entry; return False where it names what is not known, and is left for later if `patient`.

        Raises:
            StoreUnavailable, ProviderError: it can be filed later.
            IntegrityError: it can never be filed.
        """
        try:
            tag, sealed = fields
            tenant = by_tag.get(tag.decode("ascii"))
            if tenant is None:
                raise StoreUnavailable("unknown-key")
            self._search.replace(tenant, (), self._opened(tenant, tag.decode("ascii"), sealed), now)
        except (ValueError, msgspec.MsgspecError):  # its bytes are not repeated in the log
            raise IntegrityError("index work is not what a host writes") from None
        except StoreUnavailable as error:
            if error.reason != "unknown-key":
                raise
            if not patient:
                raise IntegrityError("index work names a tenant or a key that is not known") from None
            return False
        return True

    def _leased(self) -> bool:
        """Return whether this process files now."""
        [holder] = self._store.write([(b"SET", LEASE, self._name, b"NX", b"GET", b"EX", LEASE_SECONDS)])
        return holder in (None, self._name)

    def _opened(self, tenant: str, tag: str, sealed: bytes) -> list[Indexed]:
        header = header_of(sealed)
        key = self._record_keys.by_headers(tenant, [header])[header]
        if key is None:  # shredded with its records
            return []
        plain = key.open(sealed, _place(tag))
        return [_indexed(work, header) for work in msgspec.json.decode(plain, type=list[_Work])]


def _indexed(work: _Work, header: bytes) -> Indexed:
    findable = Findable(work.phones, work.endings, work.site)
    return Indexed(work.number, work.base, work.revision, work.expires_at, header, findable)


def _left_at(entry: bytes) -> float:
    """Return when an entry of the stream was left, in Unix seconds."""
    return int(entry.partition(b"-")[0]) / 1000


def _place(tag: str) -> bytes:
    return STREAM + b"/" + tag.encode()
