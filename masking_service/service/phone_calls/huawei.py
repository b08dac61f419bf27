"""Huawei Cloud's PrivateNumber (隐私保护通话): the modes AXB and AXE.

Written against its public documents (as of 2026-01-28), and tested against a fake only:

- AXB: https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0002.html, 0003 (end), 0005 (query)
- AXE: https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0022.html, 0023 (end), 0024 (query)
- call records: https://support.huaweicloud.com/api-PrivateNumber/privatenumber_02_0006a.html (AXB), 0006_3a (AXE)

Its messages have the header that requests to it have: a digest of a nonce and a time under the APP_Secret. The body
is not signed, and no document names a way to sign it. So a header is accepted from the provider's networks only
(`CallRule.records_from`), once, and never where its nonce is one of ours.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

from keys.messages import ProviderSecret
from masking_service.observability.metrics import CallRefusal
from masking_service.outbound import REQUEST_NONCE_BYTES, Outbound
from masking_service.service.people.rules import CallRule
from masking_service.service.phone_calls.https import ask, json_object
from masking_service.service.phone_calls.provider import (
    MAX_RECORDS,
    TIMEOUT_SECONDS,
    TOLERANCE_SECONDS,
    Binding,
    CallProviderError,
    CallRecord,
    Clock,
    Random,
    SentRecords,
    UnsignedRecords,
)

AXB: Final = "/rest/caas/relationnumber/partners/v1.0"
AXE: Final = "/rest/caas/extendnumber/v1.0"
AUTHORIZATION: Final = 'AKSK realm="SDP",profile="UsernameToken",type="Appkey"'
_CHOICE: Final = 2 * REQUEST_NONCE_BYTES
"""Characters of a nonce of ours before its mark."""
SUCCESS: Final = "0"
ALREADY_BOUND: Final = "1012010"
"""The X number is bound already: to this pair, after a lost reply, or to another one."""
REFUSALS: Final[Mapping[str, CallRefusal]] = {
    "1011002": "pool-empty",
    "1012008": "pool-empty",
    "1020152": "flow-limit",
    "1020153": "flow-limit",
}
GONE: Final = frozenset({"1012001", "1012007"})
"""There is no such binding: it has ended already."""
_MINUTES: Final = "1"
_AKSK: Final = re.compile(
    r'UsernameToken Username="([^"]{1,128})", ?PasswordDigest="([A-Za-z0-9+/=]{1,64})", ?'
    r'Nonce="([A-Za-z0-9]{1,128})", ?Created="([0-9TZ:-]{20})"'
).fullmatch
_TIME: Final = "%Y-%m-%d %H:%M:%S"
"""Times of call records, in UTC."""
_CREATED: Final = "%Y-%m-%dT%H:%M:%SZ"
_DIAL: Final = re.compile(r"\+?(?:86)?([0-9]{5,20})", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True, repr=False)
class HuaweiProvider:
    """Binds numbers at Huawei Cloud.

    Args:
        outbound: the way to it, such as https://rtcpns.cn-north-1.myhuaweicloud.com.
        rule: `account` is the APP_Key, `pool` the X number; for pairs the platform chooses one where it is empty.
        secret: the APP_Secret.
    """

    _outbound: Outbound
    _rule: CallRule
    _secret: ProviderSecret
    _clock: Clock
    _random: Random

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """See `CallProvider.bind`."""
        deadline = monotonic() + TIMEOUT_SECONDS
        if self._rule.mode == "extension":
            return self._bind_extension(b, ref, until, deadline)
        wanted = {
            "callerNum": _global(a),
            "calleeNum": _global(b),
            "duration": max(until - self._clock(), 1),
            "userData": ref,
        }
        if self._rule.pool:
            wanted["relationNum"] = _global(self._rule.pool)
        answer = self._ask("POST", AXB, deadline, body=wanted)
        if answer.get("resultcode") == ALREADY_BOUND and self._rule.pool:
            return self._bound_before(_global(a), _global(b), ref, deadline)
        return _binding(answer, "relationNum", None)

    def unbind(self, binding: str) -> None:
        """See `CallProvider.unbind`."""
        path = AXE if self._rule.mode == "extension" else AXB
        answer = self._ask("DELETE", path, monotonic() + TIMEOUT_SECONDS, query={"subscriptionId": binding})
        code = str(answer.get("resultcode"))
        if code != SUCCESS and code not in GONE:
            raise CallProviderError(REFUSALS.get(code, "refused"))

    def records(self, headers: Mapping[str, str], body: bytes) -> SentRecords:
        """See `CallProvider.records`."""
        nonce = self._check_signed(headers)
        try:
            found = json.loads(body)
            fees = found["feeLst"]
            if not isinstance(fees, list) or len(fees) > MAX_RECORDS:
                raise UnsignedRecords
            records = [_record(fee) for fee in fees if isinstance(fee, dict) and fee.get("userData")]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise UnsignedRecords from None
        return SentRecords(records, nonce)

    def _bind_extension(self, callee: str, ref: str, until: int, deadline: float) -> Binding:
        """Bind an extension that the reference gives, so that a request after a lost reply finds it bound.

        Where another reference has it, a second one is tried.
        """
        number = _global(self._rule.pool)
        wanted = {
            "virtualNum": number,
            "bindNum": _global(callee),
            "timeUnit": _MINUTES,
            "bindExpiredTime": -(-max(until - self._clock(), 1) // 60),
            "userData": ref,
        }
        for extension in _extensions(ref):
            answer = self._ask("POST", AXE, deadline, body={**wanted, "extendNum": extension})
            if answer.get("resultcode") == SUCCESS or str(answer.get("resultcode")) in REFUSALS:
                break
            query = {"virtualNum": number, "extendNum": extension}
            before = self._ask("GET", AXE, deadline, query=query)
            if before.get("userData") == ref:
                answer = before
                break
        return _binding(answer, "virtualNum", "extendNum")

    def _bound_before(self, caller: str, callee: str, ref: str, deadline: float) -> Binding:
        """Return the binding that an earlier request of the same reference made."""
        # All three name one pair. By its X number alone the platform lists 100 of the 5,000 that it can have.
        query = {"relationNum": _global(self._rule.pool), "callerNum": caller, "calleeNum": callee}
        answer = self._ask("GET", AXB, deadline, query=query)
        pairs = answer.get("relationNumList")
        for pair in pairs if isinstance(pairs, list) else []:
            same = isinstance(pair, dict) and (pair.get("callerNum"), pair.get("calleeNum")) == (caller, callee)
            if same and pair.get("userData") == ref:
                return _binding({"resultcode": SUCCESS, **pair}, "relationNum", None)
        raise CallProviderError("refused")

    def _ask(
        self,
        method: str,
        path: str,
        deadline: float,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """Send a request; return the object that answers it. A refusal has a status of its own, and a code."""
        content = json.dumps(body, separators=(",", ":")).encode() if body is not None else b""
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "Authorization": AUTHORIZATION,
            "X-AKSK": self._aksk(),
        }
        answer = ask(
            self._outbound, content, headers, method=method, path=path, query=urlencode(query or {}), until=deadline
        )
        found = json_object(answer)
        if not isinstance(found.get("resultcode"), str):
            raise CallProviderError("invalid-answer")
        return found

    def _aksk(self) -> str:
        choice = self._random(REQUEST_NONCE_BYTES).hex()
        nonce = choice + self._mark(choice)
        created = datetime.fromtimestamp(self._clock(), UTC).strftime(_CREATED)
        digest = self._digest(nonce, created)
        return (
            f'UsernameToken Username="{self._rule.account}",PasswordDigest="{digest}",'
            f'Nonce="{nonce}",Created="{created}"'
        )

    def _mark(self, choice: str) -> str:
        """Return the end of our nonces, so that our own headers are not taken for the provider's."""
        return self._secret.hmac("sha256", b"own nonce " + choice.encode("ascii")).hex()[:16]

    def _digest(self, nonce: str, created: str) -> str:
        return b64encode(self._secret.hmac("sha256", f"{nonce}{created}".encode("ascii"))).decode("ascii")

    def _check_signed(self, headers: Mapping[str, str]) -> str:
        """Return the nonce of headers that were made with our secret, lately, and not by us. Raises UnsignedRecords."""
        match = _AKSK(headers.get("x-aksk", ""))
        if match is None:
            raise UnsignedRecords
        account, digest, nonce, created = match.groups()
        if account != self._rule.account or not hmac.compare_digest(digest, self._digest(nonce, created)):
            raise UnsignedRecords
        if hmac.compare_digest(nonce[_CHOICE:], self._mark(nonce[:_CHOICE])):
            raise UnsignedRecords
        try:
            at = datetime.strptime(created, _CREATED).replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise UnsignedRecords from None
        if abs(self._clock() - at) > TOLERANCE_SECONDS:
            raise UnsignedRecords
        return str(nonce)


def _extensions(ref: str) -> list[str]:
    """Return the two extensions of a reference: four digits each, as the documents allow them."""
    digest = sha256(ref.encode()).digest()
    return [f"{1 + int.from_bytes(digest[at : at + 4], 'big') % 9_999:04}" for at in (0, 4)]


def _binding(answer: Mapping[str, Any], number: str, extension: str | None) -> Binding:
    """Return what a successful answer bound; raise CallProviderError for any other."""
    code = str(answer.get("resultcode"))
    if code != SUCCESS:
        raise CallProviderError(REFUSALS.get(code, "refused"))
    dial = _DIAL(str(answer.get(number) or ""))
    subscription = answer.get("subscriptionId")
    ext = str(answer.get(extension) or "") if extension else ""
    if dial is None or not isinstance(subscription, str) or (extension and not ext):
        raise CallProviderError("invalid-answer")
    return Binding(dial[1], ext or None, subscription)


def _record(fee: Mapping[str, Any]) -> CallRecord:
    """Return the record of one call.

    `fwdAlertingTime` is there where the person's phone rang, `fwdAnswerTime` where the person answered.
    """
    began, ended = _seconds(fee["callInTime"]), _seconds(fee["callEndTime"])
    rings, answered = str(fee.get("fwdAlertingTime") or ""), str(fee.get("fwdAnswerTime") or "")
    spoke = max(ended - _seconds(answered), 0) if answered else 0
    rang = max(ended - spoke - _seconds(rings), 0) if rings else 0
    return CallRecord(str(fee["userData"])[:128], str(fee["icid"])[:128], began, spoke, bool(answered), rang)


def _seconds(text: object) -> int:
    return int(datetime.strptime(str(text), _TIME).replace(tzinfo=UTC).timestamp())


def _global(number: str) -> str:
    """Return a number as dialled from abroad: ``+86`` and, for a landline, without its 0."""
    digits = number.removeprefix("+86")
    return "+86" + digits.removeprefix("0")
