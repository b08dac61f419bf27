"""The texts of problems with signatures and people's keys in English and Chinese."""

from typing import Final

from masking_service.http.texts import ProblemText, Text

SIGNATURE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "signature-required": ProblemText(
        401,
        Text("Your key has to sign this", "需要使用您的密钥签名"),
        Text(
            "The policy wants a signature of the caller's own key over this act, made anew.",
            "策略要求调用方使用本人的密钥，对本次操作重新签名。",
        ),
        Text(
            "Ask POST /v1/acts for what to sign, sign it with your key, and send the call again with `signed`.",
            "请先调用 POST /v1/acts 获取待签内容，用您的密钥签名后，在 `signed` 中重新提交。",
        ),
    ),
    "signature-invalid": ProblemText(
        403,
        Text("The signature is not valid for this", "签名无效"),
        Text(
            "The signature is wrong, too old, used before, or made for another act. Nothing was done.",
            "签名有误、已过期、已使用过，或不是为本次操作所签；本次未执行任何操作。",
        ),
        Text(
            "Sign again. If it is refused again, your key may have been revoked: GET /v1/me/keys lists your keys.",
            "请重新签名；如仍被拒绝，您的密钥可能已被撤销，可通过 GET /v1/me/keys 查看。",
        ),
    ),
    "too-many-keys": ProblemText(
        409,
        Text("The person has too many keys", "密钥数量已达上限"),
        Text(
            "A person has at most five active keys, and a key is approved by keys that lead back to a command line.",
            "每人最多可有五个有效密钥，且审批链须能追溯到命令行审批。",
        ),
        Text("Revoke a key that is no longer used first.", "请先撤销不再使用的密钥。"),
    ),
}
