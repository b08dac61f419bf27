"""Alibaba Cloud's number protection (号码隐私保护, product Dyplsapi, version 2017-05-25).

Written against its public documents, and tested against a fake only:

- BindAxb: https://help.aliyun.com/document_detail/400482.html
- BindAxnExtension: https://help.aliyun.com/zh/pnp/developer-reference/api-dyplsapi-2017-05-25-bindaxnextension
- UnbindSubscription: https://help.aliyun.com/document_detail/400490.htm
- error codes: https://help.aliyun.com/document_detail/109196.htm
- signatures of RPC requests: https://help.aliyun.com/document_detail/28839.html

What it has no reference for, the nonce of the signature does: a request that was
executed, and whose reply was lost, is refused when it is sent again.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote

from keys.messages import MessageKey, ProviderSecret
from masking_service.observability.metrics import CallRefusal
from masking_service.outbound import REQUEST_NONCE_BYTES, Outbound
from masking_service.service.people.rules import CallRule
from masking_service.service.phone_calls.https import ask, json_object
from masking_service.service.phone_calls.provider import (
    Binding,
    CallProviderError,
    Clock,
    Random,
    SentRecords,
    UnsignedRecords,
    read_signed,
)

VERSION: Final = "2017-05-25"
CHINA: Final = timezone(timedelta(hours=8))
"""`Expiration` is in the time of Beijing."""
REFUSALS: Final[Mapping[str, CallRefusal]] = {
    "isv.NO_AVAILABLE_NUMBER": "pool-empty",
    "isv.FLOW_LIMIT": "flow-limit",
    "Throttling.User": "flow-limit",
    "Throttling": "flow-limit",
}
GONE: Final = "isv.SUBS_NOT_EXIST"
"""The binding has ended already."""


@dataclass(frozen=True, slots=True, repr=False)
class AliyunProvider:
    """Binds numbers at Alibaba Cloud.

    Args:
        outbound: the way to it, such as https://dyplsapi.aliyuncs.com/.
        rule: `account` is the id of the access key, `pool` the key of the number pool (PoolKey).
        records_key: signs the messages of a relay, because the provider signs none (docs/calls.md); None without one.
    """

    _outbound: Outbound
    _rule: CallRule
    _secret: ProviderSecret
    _records_key: MessageKey | None
    _clock: Clock
    _random: Random

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """See `CallProvider.bind`."""
        ends = datetime.fromtimestamp(until, CHINA).strftime("%Y-%m-%d %H:%M:%S")
        wanted = {"PoolKey": self._rule.pool, "Expiration": ends, "OutId": ref, "OutOrderId": ref}
        if self._rule.mode == "extension":
            answer = self._ask("BindAxnExtension", f"bind-{ref}", {**wanted, "PhoneNoA": b})
        else:
            answer = self._ask("BindAxb", f"bind-{ref}", {**wanted, "PhoneNoA": a, "PhoneNoB": b})
        if answer.get("Code") != "OK":
            raise CallProviderError(REFUSALS.get(str(answer.get("Code")), "refused"))
        bound = answer.get("SecretBindDTO")
        if not isinstance(bound, dict) or not (bound.get("SecretNo") and bound.get("SubsId")):
            raise CallProviderError("invalid-answer")
        number, extension = str(bound["SecretNo"]), str(bound.get("Extension") or "")
        if self._rule.mode == "extension" and not extension:
            raise CallProviderError("invalid-answer")  # without it everyone would be reached who shares the number
        return Binding(number, extension or None, f"{bound['SubsId']}/{number}")

    def unbind(self, binding: str) -> None:
        """See `CallProvider.unbind`."""
        subscription, _, number = binding.partition("/")
        wanted = {"PoolKey": self._rule.pool, "SubsId": subscription, "SecretNo": number}
        answer = self._ask("UnbindSubscription", self._random(REQUEST_NONCE_BYTES).hex(), wanted)
        if answer.get("Code") not in ("OK", GONE):
            raise CallProviderError(REFUSALS.get(str(answer.get("Code")), "refused"))

    def records(self, headers: Mapping[str, str], body: bytes) -> SentRecords:
        """See `CallProvider.records`: the messages of a relay, in the format of the `https` provider."""
        if self._records_key is None:
            raise UnsignedRecords
        return SentRecords(read_signed(self._records_key, headers, body, self._clock))

    def _ask(self, action: str, nonce: str, wanted: Mapping[str, str]) -> Mapping[str, Any]:
        """Send a signed request; return the object of its answer. Errors have status 400 and more, and a code."""
        timestamp = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        parameters = {
            **wanted,
            "Action": action,
            "Version": VERSION,
            "Format": "JSON",
            "AccessKeyId": self._rule.account,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": nonce,
            "Timestamp": timestamp,
        }
        parameters["Signature"] = sign(self._secret, "POST", parameters)
        body = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in parameters.items())
        # In the body, because addresses are logged on their way, and these parameters are phone numbers.
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = ask(self._outbound, body.encode("ascii"), headers)
        found = json_object(answer)
        if not (answer.status == 200 or found.get("Code")):
            raise CallProviderError("invalid-answer")
        return found


def sign(secret: ProviderSecret, method: str, parameters: Mapping[str, str]) -> str:
    """Return the signature of an RPC request: base64 of HMAC-SHA1 over its sorted parameters."""
    canonical = "&".join(f"{_encoded(name)}={_encoded(parameters[name])}" for name in sorted(parameters))
    to_sign = f"{method}&{_encoded('/')}&{_encoded(canonical)}"
    return b64encode(secret.hmac("sha1", to_sign.encode("ascii"), suffix=b"&")).decode("ascii")


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
