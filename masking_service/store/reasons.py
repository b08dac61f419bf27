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
from masking_service.texts import Text
from masking_service.tls_faults import OUTSIDE_VALIDITY, causes, tls_reason

WORDS: Final[dict[str, tuple[Text, Text]]] = {
    "timeout": (
        Text("the store does not answer in time"),
        Text("see that it is not hung or overloaded, and that nothing on the way drops what is sent"),
    ),
    "connection": (
        Text("the store does not answer"),
        Text("see that it runs, and that this machine reaches it at that address"),
    ),
    "unknown-host": (
        Text("the name of the store's host is not known here"),
        Text("correct MASKING_REDIS_URL, or the DNS"),
    ),
    "password": (
        Text("the store does not know this user and password"),
        Text("correct them in MASKING_REDIS_URL, percent-encoded, or on the server with ACL SETUSER"),
    ),
    "rights": (
        Text("the store's user may not do what the service does"),
        Text("give it the rights of examples/redis.acl, on every node"),
    ),
    "listing": (
        Text("the store's user may not list keys, which only `audit verify --store` does"),
        Text("let MASKING_REDIS_URL name the user of examples/redis-auditor.acl for this command"),
    ),
    "tls": (
        Text("no encrypted connection to the store can be made"),
        Text(
            "see that this is its port for TLS, that MASKING_REDIS_CA signed its certificate for this host name, and "
            "that it takes MASKING_REDIS_CERT; or use an address without TLS"
        ),
    ),
    "certificate-time": (
        Text("the store's certificate is not valid yet, or not any more, by this machine's clock"),
        Text("see whether that clock is right; if it is, make a new certificate for the store"),
    ),
    "unseen": (Text("the store's server was restarted or replaced, and is not verified yet"), Text("wait a second")),
    "open-circuit": (
        Text("the store did not answer several times in a row, and is not called for half a second"),
        Text("wait a second; if it does not recover, the log says why"),
    ),
    "not-admitted": (
        Text("the store is not in use: it is not verified yet, or clients and freezes could not be read lately"),
        Text("wait a second; if it does not recover, the log says what is wrong"),
    ),
    "not-durable": (
        Text("the store may lose what it acknowledges, and is read-only until its settings are corrected"),
        Text("apply the remedies that /readyz and python -m masking_service doctor name"),
    ),
    "mode": (
        Text("what answers is a sentinel, or one node of a cluster, and MASKING_REDIS_URL is for something else"),
        Text("begin it with redis+sentinel:// or redis+cluster://, as docs/redis.md shows"),
    ),
    "role": (
        Text("the store must be a primary, not a replica"),
        Text("let MASKING_REDIS_URL name the primary, or the sentinels, or the cluster"),
    ),
    "unknown-key": (
        Text("a data key that a record names is not in the store, and the record cannot be opened without it"),
        Text("if the store was restored or failed over, docs/backup.md says what can be brought back, and from where"),
    ),
    "unknown-root": (
        Text("a data key in the store was wrapped by a root key that the keyset here does not have"),
        Text("give this machine the newest keyset file, or the backup of the one that has the root key"),
    ),
    "moving": (
        Text("a record is moved or sealed anew, while `keys rotate index` or `keys reseal` runs"),
        Text("send the request again; if that does not help, run that command again: it was interrupted"),
    ),
    "old-keyset": (
        Text("the keyset here is older than the store allows, since keys were rotated"),
        Text("copy the newest keyset file to this machine; it is taken over within seconds"),
    ),
    "not-published": (
        Text("the opening tier has published nothing for this intake host, or it was not read yet"),
        Text(
            "see that a process of the opening tier runs, that `keys split` was run on its keyset, and that it is this "
            "one"
        ),
    ),
    "published-late": (
        Text(
            "the opening tier has published nothing new for an hour, so revocations and freezes may not be known here"
        ),
        Text("see that a process of the opening tier runs and reaches the store, and that the clocks agree"),
    ),
    "no-day-key": (
        Text("the opening tier has published no key of today for this tenant, and nothing can be sealed without it"),
        Text("see that a process of the opening tier runs; it publishes the keys of a day a day before"),
    ),
    "hour-ended": (
        Text("the hour of this process has ended, and it seals nothing any more"),
        Text("ask another process"),
    ),
    "clients-unknown": (
        Text("no client can be authenticated: the registry was not read yet, and there is no snapshot of it here"),
        Text("wait until the store answers once; keep MASKING_STATE_DIR from then on, which holds the snapshot"),
    ),
    "archive": (
        Text("the store no longer has these entries of the audit log, and their archive does not answer"),
        Text("see that `audit serve` runs beside the archive, and that MASKING_AUDIT_URL and its key are right"),
    ),
    "not-archived": (
        Text(
            "the audit log fills the store: more than a day of it is there, and its server has used 95 % of its memory"
        ),
        Text("start the witness (`audit follow`), which deletes what it has archived, or give it fewer --keep-hours"),
    ),
    "closed": (
        Text("the audit log of this process has ended: the process is about to stop"),
        Text("ask another process"),
    ),
    "loading": (Text("the store is still loading its data"), Text("wait")),
    "full": (
        Text("the store's memory is full, and it takes no writes"),
        Text("CONFIG SET maxmemory to more than used_memory of INFO memory, then CONFIG REWRITE"),
    ),
    "clock": (
        Text("this machine's clock and the store's are more than an hour apart, and records would expire too soon"),
        Text("see which of them is wrong, and set it; NTP keeps them together"),
    ),
    "replicas": (
        Text("fewer replicas are connected than a write has to reach"),
        Text("start the missing replicas, or see with INFO replication why they do not follow"),
    ),
    "database": (Text("the store has no database of that number"), Text("correct the end of MASKING_REDIS_URL")),
    "moved": (
        Text("the keys are on other nodes than the one that was asked"),
        Text("where the store is a cluster, begin MASKING_REDIS_URL with redis+cluster://; where it begins so, wait"),
    ),
    "no-cluster": (
        Text("the store is not a cluster"),
        Text("begin MASKING_REDIS_URL with redis:// or rediss://, or let it name nodes of the cluster"),
    ),
    "no-sentinel": (
        Text("what answers is not a sentinel"),
        Text("let MASKING_REDIS_URL name the sentinels, or begin it with redis:// or rediss://"),
    ),
    "no-primary": (
        Text("no sentinel names a primary"),
        Text("compare the name at the end of MASKING_REDIS_URL with SENTINEL MASTERS, and see that the sentinels run"),
    ),
    "refused": (
        Text("the store refuses what it is asked"),
        Text("see its log, and docs/redis.md for the servers that can be used"),
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
    """Return what is wrong, with the cause's name, and how to fix it."""
    says, remedy = in_english(fault.cause)
    return f"{says} ({fault.explained})", remedy


def in_english(cause: str) -> tuple[str, str]:
    """Return what a cause says, and how to fix it."""
    says, remedy = WORDS[cause]
    return says.en, remedy.en


def told(fault: StoreUnavailable) -> Text:
    """Return both in one text, for the command line."""
    says, remedy = WORDS[fault.cause]
    return Text("{says} ({cause}). Fix: {remedy}").filled(says=says, cause=fault.explained, remedy=remedy)


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
