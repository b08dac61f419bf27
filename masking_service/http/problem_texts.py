"""The texts of all problems in English and Chinese.

A text is a constant. It names rules and never a value, and it says nothing about anyone.
"""

from typing import Final

from masking_service.http.call_problems import CALL_PROBLEMS
from masking_service.http.case_problems import CASE_PROBLEMS
from masking_service.http.hold_problems import HOLD_PROBLEMS
from masking_service.http.signature_problems import SIGNATURE_PROBLEMS
from masking_service.http.texts import ASK_OPERATOR, SEND_AGAIN, ProblemText, Text

PROBLEMS: Final[dict[str, ProblemText]] = {
    "invalid-json": ProblemText(
        400,
        Text("The body is not valid JSON", "请求体不是有效的 JSON"),
        Text(
            "The body is not JSON in UTF-8 (RFC 8259), or it is nested too deeply.",
            "请求体不是 UTF-8 编码的 JSON（RFC 8259），或嵌套层数过多。",
        ),
        Text("Send one JSON object, encoded in UTF-8.", "请发送一个 UTF-8 编码的 JSON 对象。"),
    ),
    "bad-request": ProblemText(
        400,
        Text("The request is not valid HTTP", "请求不符合 HTTP 规范"),
        Text("The request is not HTTP that this service understands.", "服务无法识别该 HTTP 请求。"),
        Text(
            "Check the client library and the proxies between the client and the service.",
            "请检查客户端库以及客户端与服务之间的代理。",
        ),
    ),
    "purpose-required": ProblemText(
        400,
        Text("A purpose is required", "缺少用途"),
        Text("Values are opened only for a stated purpose.", "显示数据必须说明用途。"),
        Text(
            "Send `purpose`. GET /v1/me lists the purposes of your roles.",
            "请填写 `purpose`。GET /v1/me 会列出您的角色可用的用途。",
        ),
    ),
    "profile-required": ProblemText(
        400,
        Text("A profile is required", "缺少展示方案"),
        Text(
            "The caller has several profiles; the request has to name one.",
            "调用方有多个展示方案，请求必须指明其中一个。",
        ),
        Text(
            "Send `profile`. GET /v1/me lists the profiles of your roles.",
            "请填写 `profile`。GET /v1/me 会列出您的角色可用的展示方案。",
        ),
    ),
    "unauthenticated": ProblemText(
        401,
        Text("The credential is not valid", "认证失败：API 密钥或访问令牌无效"),
        Text("The credential is missing or not valid.", "未提供 API 密钥或访问令牌，或其无效。"),
        Text(
            "Send `Authorization: Bearer` with a valid API key or access token. Sign in again if it has expired.",
            "请在 `Authorization: Bearer` 中提供有效的 API 密钥或访问令牌；如已过期，请重新登录。",
        ),
    ),
    "sign-in-required": ProblemText(
        401,
        Text("A new sign-in is required", "需要重新登录"),
        Text(
            "The sign-in is too old or too weak for opening values.",
            "本次登录时间过久或认证强度不足，不能显示数据。",
        ),
        Text(
            "Sign in again, in the way that WWW-Authenticate asks for.",
            "请按 WWW-Authenticate 的要求重新登录。",
        ),
    ),
    "forbidden": ProblemText(
        403,
        Text("The caller's roles do not allow this", "角色权限不足"),
        Text("No role of the caller allows this.", "调用方的角色均不允许此操作。"),
        Text(
            "GET /v1/me lists what your roles allow. Ask for another role if your work requires it.",
            "GET /v1/me 会列出您的角色权限；如工作需要，请申请相应角色。",
        ),
    ),
    "frozen": ProblemText(
        403,
        Text("The caller is frozen", "账号已冻结"),
        Text("The caller is frozen. Another person has to unfreeze them.", "调用方已被冻结，须由他人解冻。"),
        Text(
            "Speak to your supervisor or the privacy office.",
            "请联系主管或个人信息保护办公室。",
        ),
    ),
    "not-found": ProblemText(
        404,
        Text("Not found", "未找到"),
        Text("There is nothing here that the caller may see.", "未找到，或您无权查看。"),
        Text(
            "Check the path and the number. Records expire, and each caller sees only what its roles allow.",
            "请核对路径和编号。记录会到期，且每个调用方只能看到其角色允许的内容。",
        ),
    ),
    "method-not-allowed": ProblemText(
        405,
        Text("Method not allowed", "不支持该方法"),
        Text("This path does not support the method.", "该路径不支持此请求方法。"),
        Text("Use one of the methods in the Allow header.", "请使用 Allow 响应头中列出的方法。"),
    ),
    "too-large": ProblemText(
        413,
        Text("The body is too large", "请求体过大"),
        Text("The body is larger than the service accepts.", "请求体超过服务允许的大小。"),
        Text("Send fewer records in one call.", "请减少单次请求的记录数。"),
    ),
    "unsupported-media-type": ProblemText(
        415,
        Text("The body is not application/json", "请求体类型不是 application/json"),
        Text(
            "The body has to be application/json, without a content encoding.",
            "请求体类型必须是 application/json，且不得使用内容编码。",
        ),
        Text(
            "Send `Content-Type: application/json` and an uncompressed body.",
            "请设置 `Content-Type: application/json`，且不要压缩请求体。",
        ),
    ),
    "too-many-items": ProblemText(
        422,
        Text("Too many items", "条目过多"),
        Text("The request has more items than one call may have.", "单次请求的条目数超过上限。"),
        Text("Split the request. The limits are in the OpenAPI document.", "请拆分请求，各项上限见 OpenAPI 文档。"),
    ),
    "too-many": ProblemText(
        422,
        Text("Too many waybills were found", "查到的运单过多"),
        Text(
            "The search finds more than 20 waybills, so none is shown.",
            "查到的运单超过 20 票，因此不显示任何结果。",
        ),
        Text(
            "Search for the whole phone number, or ask for the waybill number and view it.",
            "请用完整的手机号查询，或询问运单号后直接查看。",
        ),
    ),
    "invalid-request": ProblemText(
        422,
        Text("The request is not valid", "请求内容不符合要求"),
        Text("The request does not have the expected shape.", "请求内容不符合接口要求。"),
        Text(
            "Correct the members that `errors` names. `detail` gives the rule of each.",
            "请更正 `errors` 中指出的成员，`detail` 说明了各项规则。",
        ),
    ),
    "unknown-schema": ProblemText(
        422,
        Text("The schema is not known", "数据格式不存在"),
        Text("There is no schema of that name.", "没有该名称的数据格式。"),
        Text("Use a schema that the OpenAPI document names.", "请使用 OpenAPI 文档中列出的数据格式。"),
    ),
    "several-waybills": ProblemText(
        422,
        Text("The schema can only be masked", "该数据格式只能脱敏"),
        Text(
            "A record of this schema holds several waybills: it can be masked, not tokenized.",
            "该数据格式的一条记录包含多票运单，只能脱敏，不能令牌化。",
        ),
        Text("Send one record for each waybill, in another schema.", "请改用其他数据格式，每票运单发送一条记录。"),
    ),
    "quota-exceeded": ProblemText(
        429,
        Text("The budget is spent", "额度已用完"),
        Text(
            "The budget for this is spent. Nothing was stored or released. It frees at retry_at.",
            "该操作的额度已用完；本次未保存、也未显示任何数据。额度将在 retry_at 恢复。",
        ),
        Text(
            "Wait until retry_at, or ask for less. GET /v1/me/budgets shows what is left.",
            "请等到 retry_at，或减少本次请求的数量。GET /v1/me/budgets 可查看剩余额度。",
        ),
    ),
    "unavailable": ProblemText(
        503,
        Text("The store is not available", "存储暂不可用"),
        Text("The store cannot answer now. Nothing was acknowledged.", "存储暂时无法响应，本次请求未被确认。"),
        SEND_AGAIN,
    ),
    "overloaded": ProblemText(
        503,
        Text("The service is overloaded", "服务繁忙"),
        Text(
            "The service has more requests than it can handle. Nothing was done.",
            "请求量超过服务的处理能力，本次请求未执行。",
        ),
        SEND_AGAIN,
    ),
    "integrity": ProblemText(
        503,
        Text("Stored data failed its integrity check", "存储数据完整性校验失败"),
        Text(
            "Stored data failed its integrity check. Nothing is answered, and the operator is alerted.",
            "存储数据未通过完整性校验，服务不返回任何内容，并已通知运维人员。",
        ),
        ASK_OPERATOR,
    ),
    "issuer-unavailable": ProblemText(
        503,
        Text("The sign-in service is not available", "登录服务暂不可用"),
        Text("The keys of the access token's issuer cannot be loaded now.", "暂时无法获取访问令牌签发方的密钥。"),
        SEND_AGAIN,
    ),
    "internal": ProblemText(
        503,
        Text("The service failed", "服务内部错误"),
        Text("The service failed. Nothing was acknowledged.", "服务发生内部错误，本次请求未被确认。"),
        SEND_AGAIN,
    ),
    **CASE_PROBLEMS,
    **HOLD_PROBLEMS,
    **CALL_PROBLEMS,
    **SIGNATURE_PROBLEMS,
}
"""Every problem by its code. The codes are the contract; the texts may change."""
