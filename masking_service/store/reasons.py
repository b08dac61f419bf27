"""Names the causes of an unavailable store: a fixed word, an explanation and a remedy for each.

What a server or a library said is never repeated: it may hold an address, a
password, or a key.
"""

import socket
import ssl
from typing import Final

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    RedisClusterException,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.sentinel import MasterNotFoundError

from masking_service.store.errors import StoreUnavailable
from masking_service.tls_faults import OUTSIDE_VALIDITY, causes, tls_reason

WORDS: Final[dict[str, tuple[str, str]]] = {
    "timeout": (
        "the store does not answer in time",
        "see that it is not hung or overloaded, and that nothing on the way drops what is sent",
    ),
    "connection": ("the store does not answer", "see that it runs, and that this machine reaches it at that address"),
    "unknown-host": ("the name of the store's host is not known here", "correct MASKING_REDIS_URL, or the DNS"),
    "password": (
        "the store does not know this user and password",
        "correct them in MASKING_REDIS_URL, percent-encoded, or on the server with ACL SETUSER",
    ),
    "rights": (
        "the store's user may not do what the service does",
        "give it the rights of examples/redis.acl, on every node",
    ),
    "listing": (
        "the store's user may not list keys, which only `audit verify --store` does",
        "let MASKING_REDIS_URL name the user of examples/redis-auditor.acl for this command",
    ),
    "tls": (
        "no encrypted connection to the store can be made",
        "see that this is its port for TLS, that MASKING_REDIS_CA signed its certificate for this host name, and that "
        "it takes MASKING_REDIS_CERT; or use an address without TLS",
    ),
    "certificate-time": (
        "the store's certificate is not valid yet, or not any more, by this machine's clock",
        "see whether that clock is right; if it is, make a new certificate for the store",
    ),
    "unseen": ("the store's server was restarted or replaced, and is not verified yet", "wait a second"),
    "open-circuit": (
        "the store did not answer several times in a row, and is not called for half a second",
        "wait a second; if it does not recover, the log says why",
    ),
    "not-admitted": (
        "the store is not in use: it is not verified yet, or clients and freezes could not be read lately",
        "wait a second; if it does not recover, the log says what is wrong",
    ),
    "not-durable": (
        "the store may lose what it acknowledges, and is read-only until its settings are corrected",
        "apply the remedies that /readyz and python -m masking_service doctor name",
    ),
    "mode": (
        "what answers is a sentinel, or one node of a cluster, and MASKING_REDIS_URL is for something else",
        "begin it with redis+sentinel:// or redis+cluster://, as docs/redis.md shows",
    ),
    "role": (
        "the store must be a primary, not a replica",
        "let MASKING_REDIS_URL name the primary, or the sentinels, or the cluster",
    ),
    "unknown-key": (
        "a data key that a record names is not in the store, and the record cannot be opened without it",
        "if the store was restored or failed over, docs/backup.md says what can be brought back, and from where",
    ),
    "unknown-root": (
        "a data key in the store was wrapped by a root key that the keyset here does not have",
        "give this machine the newest keyset file, or the backup of the one that has the root key",
    ),
    "moving": (
        "a record is moved or sealed anew, while `keys rotate index` or `keys reseal` runs",
        "send the request again; if that does not help, run that command again: it was interrupted",
    ),
    "old-keyset": (
        "the keyset here is older than the store allows, since keys were rotated",
        "copy the newest keyset file to this machine; it is taken over within seconds",
    ),
    "not-published": (
        "the opening tier has published nothing for this intake host, or it was not read yet",
        "see that a process of the opening tier runs, that `keys split` was run on its keyset, and that it is this one",
    ),
    "published-late": (
        "the opening tier has published nothing new for an hour, so revocations and freezes may not be known here",
        "see that a process of the opening tier runs and reaches the store, and that the clocks agree",
    ),
    "no-day-key": (
        "the opening tier has published no key of today for this tenant, and nothing can be sealed without it",
        "see that a process of the opening tier runs; it publishes the keys of a day a day before",
    ),
    "hour-ended": ("the hour of this process has ended, and it seals nothing any more", "ask another process"),
    "clients-unknown": (
        "no client can be authenticated: the registry was not read yet, and there is no snapshot of it here",
        "wait until the store answers once; keep MASKING_STATE_DIR from then on, which holds the snapshot",
    ),
    "archive": (
        "the store no longer has these entries of the audit log, and their archive does not answer",
        "see that `audit serve` runs beside the archive, and that MASKING_AUDIT_URL and its key are right",
    ),
    "not-archived": (
        "the audit log fills the store: more than a day of it is there, and its server has used 95 % of its memory",
        "start the witness (`audit follow`), which deletes what it has archived, or give it fewer --keep-hours",
    ),
    "closed": ("the audit log of this process has ended: the process is about to stop", "ask another process"),
    "loading": ("the store is still loading its data", "wait"),
    "full": (
        "the store's memory is full, and it takes no writes",
        "CONFIG SET maxmemory to more than used_memory of INFO memory, then CONFIG REWRITE",
    ),
    "clock": (
        "this machine's clock and the store's are more than an hour apart, and records would expire too soon",
        "see which of them is wrong, and set it; NTP keeps them together",
    ),
    "replicas": (
        "fewer replicas are connected than a write has to reach",
        "start the missing replicas, or see with INFO replication why they do not follow",
    ),
    "database": ("the store has no database of that number", "correct the end of MASKING_REDIS_URL"),
    "moved": (
        "the keys are on other nodes than the one that was asked",
        "where the store is a cluster, begin MASKING_REDIS_URL with redis+cluster://; where it begins so, wait",
    ),
    "no-cluster": (
        "the store is not a cluster",
        "begin MASKING_REDIS_URL with redis:// or rediss://, or let it name nodes of the cluster",
    ),
    "no-sentinel": (
        "what answers is not a sentinel",
        "let MASKING_REDIS_URL name the sentinels, or begin it with redis:// or rediss://",
    ),
    "no-primary": (
        "no sentinel names a primary",
        "compare the name at the end of MASKING_REDIS_URL with SENTINEL MASTERS, and see that the sentinels run",
    ),
    "refused": (
        "the store refuses what it is asked",
        "see its log, and docs/redis.md for the servers that can be used",
    ),
}
"""word → (what is wrong, remedy)."""

_SAID: Final = (
    ("NOREPLICAS", "replicas"),
    ("DB index is out of range", "database"),
    ("unknown command 'SENTINEL'", "no-sentinel"),
    ("cluster support disabled", "no-cluster"),
    ("ACL failure in script", "rights"),
)
"""Texts of servers and redis-py, where no class of exception tells the cause."""
_KINDS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (AuthenticationError, "password"),
    (NoPermissionError, "rights"),
    (OutOfMemoryError, "full"),
    (BusyLoadingError, "loading"),
    (MovedError, "moved"),
    (MasterNotFoundError, "no-primary"),
    (socket.gaierror, "unknown-host"),
)


def reason(error: BaseException) -> str:
    """Return the word for an exception of a server or redis-py, or for its cause."""
    found = next((word for each in causes(error) if (word := _word(each))), "")
    if found:
        return found
    if isinstance(error, RedisTimeoutError):
        return "timeout"
    return "refused" if isinstance(error, ResponseError) else "connection"


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return what an exception of a server or redis-py means for a caller."""
    return StoreUnavailable(reason(error), detail=tls_reason(error))


def words(fault: StoreUnavailable) -> tuple[str, str]:
    """Return what is wrong with the store, and the remedy."""
    says, remedy = WORDS[fault.cause]
    return f"{says} ({fault.explained})", remedy


def told(fault: StoreUnavailable) -> str:
    """Return the same in one sentence, for the command line."""
    says, remedy = words(fault)
    return f"{says}. Fix: {remedy}"


def _word(error: BaseException) -> str:
    for kind, word in _KINDS:
        if isinstance(error, kind):
            return word
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in OUTSIDE_VALIDITY:
        return "certificate-time"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return "tls"
    if isinstance(error, TimeoutError) and tls_reason(error):
        return "tls"
    text = str(error)
    if isinstance(error, ResponseError | RedisClusterException):
        return next((word for said, word in _SAID if said in text), "")
    return ""
