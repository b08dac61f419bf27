"""The rules of requests and items, in English and Chinese."""

from typing import Final

from masking_service.http.texts import Text

_PROFILE: Final = Text("name one of your profiles (GET /v1/me lists them)", "须为您可用的展示方案（见 GET /v1/me）")
_CASE: Final = Text(
    "a case number is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first",
    "工单编号为 1 至 64 个字符，可用 A-Z a-z 0-9 . _ -，以字母或数字开头",
)
_WAYBILL_NO: Final = Text("a waybill number is 6 to 40 of A-Z 0-9 -", "运单号为 6 至 40 个字符，可用 A-Z 0-9 -")
_PRINCIPAL: Final = Text(
    "a principal's id is client/ID for an API client, or ALIAS/SUB for a person of an issuer, such as staff/officer-7",
    "账号的格式为 client/ID（API 客户端）或 ALIAS/SUB（登录人员），例如 staff/officer-7",
)
_TEXT: Final = Text("1 to 500 characters, not only blanks", "1 至 500 个字符，不能只有空白")
_SITE: Final = Text(
    "a site code is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first",
    "网点编码为 1 至 64 个字符，可用 A-Z a-z 0-9 . _ -，以字母或数字开头",
)
_PHONE: Final = Text("a phone number of 7 to 15 digits", "须为 7 至 15 位数字的电话号码")

_TIME: Final = Text(
    "a day such as 2026-11-24, a time such as 2026-11-24T08:00:00Z, or Unix seconds",
    "须为日期（如 2026-11-24）、时间（如 2026-11-24T08:00:00Z）或 Unix 秒数",
)

MEMBERS: Final[dict[str, Text]] = {
    "": Text("this has to be a JSON object of the described shape", "须为符合要求的 JSON 对象"),
    "records": Text("an array of at most 1,000 records", "最多 1,000 条记录的数组"),
    "schema": Text("name a schema that the OpenAPI document lists", "须为 OpenAPI 文档中列出的数据格式"),
    "profile": _PROFILE,
    "replace": Text("`mask` or `token`", "须为 `mask` 或 `token`"),
    "on_conflict": Text("`reject` or `revise`", "须为 `reject` 或 `revise`"),
    "if_unavailable": Text("`fail` or `mask`", "须为 `fail` 或 `mask`"),
    "custody": Text("an object with a `site`", "须为包含 `site` 的对象"),
    "site": _SITE,
    "phone": _PHONE,
    "last4": Text("four digits", "须为四位数字"),
    "courier": _PRINCIPAL,
    "items": Text(
        "an array of objects; their members and the maximum number are in the OpenAPI document",
        "须为对象数组，成员和数量上限见 OpenAPI 文档",
    ),
    "purpose": Text(
        "name a purpose of the policy (GET /v1/me lists those of your roles)",
        "须为策略中的用途（GET /v1/me 会列出您的角色可用的用途）",
    ),
    "case": _CASE,
    "waybills": Text(
        "an array of waybill numbers; the maximum number is in the OpenAPI document",
        "须为运单号数组，数量上限见 OpenAPI 文档",
    ),
    "waybill": _WAYBILL_NO,
    "waybill_no": _WAYBILL_NO,
    "token": Text("a token of an answer to POST /v1/tokenize", "须为 POST /v1/tokenize 返回的令牌"),
    "field": Text(
        "a JSON Pointer inside the record, such as /recipient/phone",
        "须为记录内的 JSON Pointer，例如 /recipient/phone",
    ),
    "officer": _PRINCIPAL,
    "principal": _PRINCIPAL,
    "reason": _TEXT,
    "note": Text("a string of at most 500 characters", "不超过 500 个字符的字符串"),
    "opened_by": _PRINCIPAL,
    "expires_in": Text(
        "whole seconds, at least 1 and at most what the policy allows",
        "须为整数秒，至少 1，且不超过策略允许的最长期限",
    ),
    "why": Text("a string", "须为字符串"),
    "incident": Text(
        "1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first",
        "须为 1 至 64 个字符，可用 A-Z a-z 0-9 . _ -，以字母或数字开头",
    ),
    "found_at": _TIME,
    "hold": Text(
        "1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first",
        "须为 1 至 64 个字符，可用 A-Z a-z 0-9 . _ -，以字母或数字开头",
    ),
    "kind": Text("`phantom` or `seed`", "须为 `phantom` 或 `seed`"),
    "status": Text(
        "`open`, `pending`, `denied`, `closed` or `expired`", "须为 `open`、`pending`、`denied`、`closed` 或 `expired`"
    ),
    "after": Text("the `next` of an earlier answer", "须为之前响应中的 `next`"),
    "from": _TIME,
    "to": _TIME,
    "by": Text("`principal` or `action`", "须为 `principal` 或 `action`"),
    "per": Text("`hour` or `day`", "须为 `hour` 或 `day`"),
    "order": Text("`oldest` or `newest`", "须为 `oldest` 或 `newest`"),
    "limit": Text("a whole number from 1 to 1,000", "须为 1 至 1,000 的整数"),
    "for": Text("`mask`", "须为 `mask`"),
    "act": Text("name an act that the OpenAPI document lists", "须为 OpenAPI 文档中列出的操作"),
    "signed": Text("the members of `Signed`, each in base64url", "须包含 `Signed` 的各项，均为 base64url"),
    "credential": Text("the key as the browser made it, for these options", "须为浏览器按本次 `options` 生成的密钥"),
    "code": Text("the ten characters on the enrolling screen", "须为登记页面上显示的十个字符"),
    "name": Text("a string of at most 64 characters", "不超过 64 个字符的字符串"),
    "key": Text("the id of a key, 22 characters", "须为 22 个字符的密钥编号"),
    "options": Text("the `options` of an earlier answer", "须为之前响应中的 `options`"),
}
"""What a member of a request has to be."""

PLACES: Final[dict[str, Text]] = {
    "missing": Text("this member is required", "缺少必填成员"),
    "unknown-member": Text("there is no such member", "没有该成员"),
    "not-allowed": Text("none of your roles may use it", "您的角色不可使用"),
    "not-with-token": Text(
        "send either a token, or a waybill_no and a field", "请填写 token，或同时填写 waybill_no 与 field"
    ),
    "unknown-entry": Text(
        "the log has no entry of this id; older entries are in the archive only",
        "没有该编号的审计记录；较早的审计记录只在归档中",
    ),
    "unknown-purpose": MEMBERS["purpose"],
    "invalid-waybill-no": _WAYBILL_NO,
    "unknown-country": Text("a code of a country that is known here", "须为本系统已知的国家或地区代码"),
    "unknown-duty": Text("a duty of this incident, COUNTRY/DUTY", "须为该事件的报告义务，格式为“国家/义务”"),
    "too-many-holds": Text("there can be 1,000 holds at a time", "同时有效的法律保全最多 1,000 项"),
    "too-many-decoys": Text("there can be 10,000 decoys", "诱饵单最多 10,000 票"),
    "no-own-number": Text(
        "a seed is a waybill of your tenant whose recipient's or sender's phone is on the policy's list of own numbers",
        "测试件必须是本租户的运单，且收件人或寄件人电话在策略的自有号码列表中",
    ),
    "invalid-phone": _PHONE,
    "wrong-code": Text("the code is not that of this key", "代码与该密钥不符"),
    "wrong-hardware": Text(
        "the policy wants a key that never leaves its device, or a model that it names",
        "策略要求使用不可同步的密钥，或策略中列出的型号",
    ),
    "one-of-two": Text(
        "send either `phone`, or both `last4` and `site`", "须填写 `phone`，或同时填写 `last4` 和 `site`"
    ),
    "several-waybills": Text("use a schema with one waybill in each record", "请使用每条记录只含一票运单的数据格式"),
}
"""What is said of a place by its code, before the rule of its member."""

ITEMS: Final[dict[str, Text]] = {
    "conflict": Text(
        "Other values are stored under this waybill number. Send on_conflict: revise if the new values are right.",
        "该运单号下已存有不同的数据。如新数据正确，请使用 on_conflict: revise。",
    ),
    "erased": Text(
        "The waybill was erased. Its number cannot be used again for one retention period.",
        "该运单已删除，其单号在一个保留期内不能再次使用。",
    ),
    "revision-limit": Text(
        "The waybill has 16 revisions and takes no more. Use a new waybill number.",
        "该运单已有 16 个版本，不能再修订。请使用新的运单号。",
    ),
    "unavailable": Text(
        "The waybill is known, and the record cannot be compared with what is stored now. Send it again.",
        "该运单已存在，目前无法与已存数据比对，请重新发送该记录。",
    ),
    "quota-exceeded": Text(
        "The budget for records of known waybills is spent. Send this record again later.",
        "已存在运单的冲突额度已用完，请稍后重新发送该记录。",
    ),
    "invalid-waybill-no": Text(
        "A waybill number is 6 to 40 of A-Z 0-9 -, after trimming and upper-casing.",
        "运单号去除首尾空格并转为大写后，须为 6 至 40 个字符，可用 A-Z 0-9 -。",
    ),
    "invalid-text": Text(
        "A string in the record has half of a surrogate pair (such as \\ud800 alone), which is not a character. Send "
        "whole characters.",
        "记录中的字符串含有不成对的代理项（例如单独的 \\ud800），不是完整的字符。请发送完整的字符。",
    ),
    "invalid-type": Text(
        "The schema expects a string, an integer or null at the named place. Correct the value, or name the record's "
        "own schema.",
        "数据格式要求指出的位置为字符串、整数或 null。请更正该值，或改用与该记录相符的数据格式。",
    ),
    "nothing-mapped": Text(
        "The record has no value that the schema maps. Nothing was stored, and the waybill number was not used up.",
        "该记录中没有数据格式所映射的数据。未存储任何内容，也未占用运单号。",
    ),
    "too-deep": Text("The record has more than 32 levels. Send it with fewer.", "记录的嵌套超过 32 层，请减少层数。"),
    "too-large": Text(
        "The record has more than 10,000 values, or it or its batch takes too much work. Send smaller ones.",
        "该记录的数据超过 10,000 项，或其本身及所在批次的处理量过大，请减小记录或批次。",
    ),
    "invalid-item": Text("The item does not have the described members.", "该条目的成员不符合要求。"),
    "call-first": Text(
        "The purpose opens a phone only after unanswered calls to it. Call through a privacy number first.",
        "该用途须先通过隐私号码拨打且无人接听，方可显示电话。",
    ),
    "restricted": Text(
        "The waybill is restricted: the policy names the purposes that open it.",
        "该运单已被限制处理：仅策略列明的用途可以显示。",
    ),
    "kind-not-allowed": Text("The purpose does not open this kind of value.", "该用途不能显示此类数据。"),
}
"""Why an item failed, where a person may have to act. `not-found` has no text."""

LOOK_PERSONAL: Final = Text(
    "These members look like a person's, and no schema maps them here: {}.", "以下字段疑似个人信息，但未映射：{}。"
)
FITTING: Final = Text("These schemas would fit: {}.", "可能适用的数据格式：{}。")
"""What is added for a record that another schema maps."""

NOTICE: Final = Text(
    "{} of {} records have personal data outside of what the schema maps. Check the schema and the names of members.",
    "{1} 条记录中有 {0} 条在数据格式未映射的字段中含有个人信息。请检查所用的数据格式及成员名称。",
)
"""What a batch says at its head where most of its records warn."""

CASE_STATES: Final[dict[str, Text]] = {
    "unknown": Text("There is no case of this number.", "没有该编号的工单。"),
    "pending": Text("The case is waiting for approval.", "工单待审批。"),
    "denied": Text("The case was denied.", "工单已被拒绝。"),
    "closed": Text("The case is closed.", "工单已结单。"),
    "expired": Text("The case has expired.", "工单已过期。"),
    "ticket-closed": Text("The ticket system does not confirm the case any more.", "工单系统已不再确认该工单。"),
    "other-purpose": Text("The case was opened for another purpose.", "工单的用途与本次请求不同。"),
    "other-officer": Text("The case names another officer.", "工单指定了其他专员。"),
}
"""Why a case opens nothing: said to callers who may read the case."""

ARCHIVE_UNAVAILABLE: Final = Text(
    "The archive of the audit log does not answer, and only it has these entries.",
    "审计日志归档暂时无法响应，而所查条目只保存在归档中。",
)
"""Why older entries of the log cannot be read."""
NOT_ARCHIVED: Final = Text(
    "The audit log in the store is not being archived and deleted, and nearly fills it. Until it is, actions that need "
    "an audit entry are refused. Nothing was done.",
    "存储中的审计日志未能归档和清理，存储即将写满。在此之前，需要写入审计的操作一律拒绝，本次请求未执行。",
)
"""Why actions are refused while the witness does not run."""
COMMON_BUDGET: Final[dict[str, Text]] = {
    "role": Text(
        "All people of the role together have used up what they may spend in this window, and nothing was released. "
        "It follows from `{setting}` in the policy.",
        "该角色全体人员在此时间窗口内的合计预算已用完，未返回任何内容。该预算由策略中的 `{setting}` 决定。",
    ),
    "tenant": Text(
        "All people of the tenant together have used up what they may spend in this window, and nothing was released. "
        "It follows from `{setting}` in the policy.",
        "该租户全体人员在此时间窗口内的合计预算已用完，未返回任何内容。该预算由策略中的 `{setting}` 决定。",
    ),
}
"""Why a caller is refused whose own budget has room."""
NO_SIGNATURES: Final = Text(
    "The policy asks for no signatures, so people have no keys here.",
    "当前策略未启用签名，因此没有个人密钥。",
)
"""Why a person can have no key."""
NO_SEARCH_INDEX: Final = Text(
    "The policy keeps no index for this search.",
    "当前策略未启用该查询。",
)
"""Why a caller who may search is refused."""
