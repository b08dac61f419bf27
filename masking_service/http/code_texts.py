"""Explains the codes inside answers: of items, of places in `errors`, and of warnings.

The codes of whole problems are in `problem_texts.py`.
"""

from typing import Final

from masking_service.http.rule_texts import ITEMS, MEMBERS, PLACES
from masking_service.http.texts import CodeText, Text

_CORRECT: Final = Text(
    "Correct the member that the pointer names. `detail` gives its rule.",
    "请修正 errors 中 pointer 指向的字段，`detail` 说明了相应规则。",
)
_NO_ACTION: Final = Text("There is nothing to do.", "无需处理。")

CODES: Final[dict[str, CodeText]] = {
    "conflict": CodeText(
        Text("Other values are stored", "已存有不同的数据"),
        ITEMS["conflict"],
        Text(
            "Compare the record with its source. Send it with `on_conflict: revise` only if the new values are right.",
            "请与数据来源核对；只有确认新数据正确时，才以 `on_conflict: revise` 重新发送。",
        ),
    ),
    "erased": CodeText(
        Text("The waybill was erased", "运单已删除"),
        ITEMS["erased"],
        Text("Use another waybill number.", "请使用其他运单号。"),
    ),
    "revision-limit": CodeText(
        Text("The waybill has too many revisions", "运单版本数已达上限"),
        ITEMS["revision-limit"],
        Text(
            "Use a new waybill number, and find out why the record changes so often.",
            "请使用新的运单号，并查明该记录频繁变更的原因。",
        ),
    ),
    "invalid-waybill-no": CodeText(
        Text("The waybill number is not valid", "运单号无效"),
        ITEMS["invalid-waybill-no"],
        Text("Correct the waybill number and send the record again.", "请更正运单号后重新发送该记录。"),
    ),
    "invalid-text": CodeText(
        Text("A text is not valid", "文本无效"),
        ITEMS["invalid-text"],
        Text(
            "Find out which program cuts texts in the middle of a character, and send the record again.",
            "请查明是什么程序把文本从字符中间截断，然后重新发送该记录。",
        ),
    ),
    "invalid-type": CodeText(
        Text("The value has the wrong type", "数据类型不符"),
        ITEMS["invalid-type"],
        Text(
            "Send a string, an integer or null there, or name the schema that the record follows.",
            "请在该位置填写字符串、整数或 null，或改用与该记录相符的数据格式。",
        ),
    ),
    "nothing-mapped": CodeText(
        Text("The schema maps nothing of the record", "数据格式与记录不匹配"),
        ITEMS["nothing-mapped"],
        Text(
            "Check the schema and the names of the members. `detail` names the schemas that would fit.",
            "请检查所用的数据格式及成员名称；`detail` 会列出可能适用的数据格式。",
        ),
    ),
    "too-deep": CodeText(
        Text("The record is nested too deeply", "记录嵌套过深"),
        ITEMS["too-deep"],
        Text("Send the record with at most 32 levels.", "请将记录的嵌套控制在 32 层以内。"),
    ),
    "invalid-item": CodeText(
        Text("The item is not valid", "条目无效"),
        ITEMS["invalid-item"],
        Text(
            "Correct the members that `errors` names, and send the item again.",
            "请更正 `errors` 中指出的成员后重新发送该条目。",
        ),
    ),
    "call-first": CodeText(
        Text("Calls come first", "须先拨打"),
        ITEMS["call-first"],
        Text(
            "Call with POST /v1/calls. The phone can be opened when enough unanswered calls are on record.",
            "请使用 POST /v1/calls 拨打；未接通的通话记录达到规定次数后即可显示电话。",
        ),
    ),
    "unknown-country": CodeText(
        Text("The country is not known", "国家或地区未知"),
        PLACES["unknown-country"],
        Text("Use one of the codes of the document, such as cn.", "请使用文档列出的代码，例如 cn。"),
    ),
    "unknown-duty": CodeText(
        Text("The duty is not known", "报告义务未知"),
        PLACES["unknown-duty"],
        Text("Use a `duty` of the incident.", "请使用该事件 `duties` 中的 `duty`。"),
    ),
    "too-many-holds": CodeText(
        Text("There are too many holds", "法律保全过多"),
        PLACES["too-many-holds"],
        Text("Lift holds that are not needed any more.", "请解除不再需要的法律保全。"),
    ),
    "kind-not-allowed": CodeText(
        Text("The purpose does not open this kind", "该用途不能显示此类数据"),
        ITEMS["kind-not-allowed"],
        Text(
            "GET /v1/me lists what each of your purposes opens. If your work needs it, open a case for another.",
            "GET /v1/me 会列出您的各用途可显示的数据类型；如工作需要，请以其他用途建单。",
        ),
    ),
    "missing": CodeText(
        Text("A member is missing", "缺少成员"),
        PLACES["missing"],
        Text("Add the member that the pointer names.", "请补充指针指出的成员。"),
    ),
    "unknown-member": CodeText(
        Text("A member is unknown", "成员不存在"),
        PLACES["unknown-member"],
        Text("Check the spelling of its name, or leave it out.", "请检查名称的拼写，或去掉该成员。"),
    ),
    "not-allowed": CodeText(
        Text("The roles may not use this", "角色不可使用该项"),
        Text("None of the caller's roles may use this profile or purpose.", "调用方的角色均不可使用该展示方案或用途。"),
        Text(
            "GET /v1/me lists the profiles and purposes of your roles.",
            "GET /v1/me 会列出您的角色可用的展示方案和用途。",
        ),
    ),
    "not-with-token": CodeText(
        Text("The member does not go with a token", "该成员不能与令牌同时使用"),
        PLACES["not-with-token"],
        Text("Leave out the member that the pointer names, or the token.", "请去掉指针指出的成员，或去掉令牌。"),
    ),
    "invalid-value": CodeText(
        Text("The value is not allowed", "取值不符合要求"),
        Text("The value does not follow the rule of this member.", "该值不符合此成员的规则。"),
        _CORRECT,
    ),
    "invalid-length": CodeText(
        Text("The length is not allowed", "长度不符合要求"),
        Text("The value is too short or too long.", "该值过短或过长。"),
        _CORRECT,
    ),
    "out-of-range": CodeText(
        Text("The number is out of range", "数值超出范围"),
        Text("The number is smaller or larger than allowed.", "该数值小于或大于允许的范围。"),
        _CORRECT,
    ),
    "unknown-purpose": CodeText(
        Text("The purpose is not known", "用途不存在"),
        Text("The policy has no purpose of this name.", "策略中没有该用途。"),
        MEMBERS["purpose"],
    ),
    "unknown-entry": CodeText(
        Text("The audit entry is not known", "审计记录不存在"),
        PLACES["unknown-entry"],
        Text(
            "Use the `next` of an earlier answer, or look for the entry in the archive.",
            "请使用之前响应中的 `next`，或在归档中查找该审计记录。",
        ),
    ),
    "invalid-phone": CodeText(
        Text("The phone number is not valid", "电话号码无效"),
        PLACES["invalid-phone"],
        Text("Send one whole phone number.", "请填写一个完整的电话号码。"),
    ),
    "one-of-two": CodeText(
        Text("The search is not complete", "查询条件不完整"),
        PLACES["one-of-two"],
        _CORRECT,
    ),
    "wrong-code": CodeText(
        Text("The code is not that of this key", "代码与密钥不符"),
        PLACES["wrong-code"],
        Text(
            "Ask the person to read the code again. If it differs again, deny the key: it may be another person's.",
            "请本人再次读出代码；如仍不符，请拒绝该密钥，它可能由他人登记。",
        ),
    ),
    "wrong-hardware": CodeText(
        Text("The policy wants another key", "密钥不符合策略要求"),
        PLACES["wrong-hardware"],
        Text("Use a key that the policy allows.", "请使用策略允许的密钥。"),
    ),
    "too-many-decoys": CodeText(
        Text("There are too many decoys", "诱饵单过多"),
        PLACES["too-many-decoys"],
        Text("Remove decoys that are not needed any more.", "请移除不再需要的诱饵单。"),
    ),
    "no-own-number": CodeText(
        Text("The waybill cannot be a seed", "该运单不能作为测试件"),
        PLACES["no-own-number"],
        Text(
            "Add the phone to `decoys.own_numbers` of the policy (docs/decoys.md), and tokenize the waybill first.",
            "请将该电话加入策略的 `decoys.own_numbers`（见 docs/decoys.md），并先提交该运单。",
        ),
    ),
    "already-masked": CodeText(
        Text("The value was sent masked", "数据已脱敏"),
        Text(
            "The value was already masked, or was a token. Nothing is stored for it.",
            "该值送达时已脱敏或为令牌，未为其存储任何内容。",
        ),
        Text("Send the original value where a token is needed.", "如需令牌，请发送原始数据。"),
    ),
    "found-in-text": CodeText(
        Text("Personal data was found in a text", "文本中含有个人信息"),
        Text(
            "A phone, a name of the record, an identity number, an e-mail address or a bank card was masked here.",
            "此处的电话、记录中的姓名、身份证号、电子邮箱或银行卡号已脱敏。",
        ),
        _NO_ACTION,
    ),
    "unit-not-recognised": CodeText(
        Text("The unit of an address was not recognised", "未能识别地址中的单元"),
        Text(
            "This foreign address has numbers of which one may be a unit's, in a form that is not known. Under a label"
            " profile none of its numbers shows.",
            "该境外地址中的某个数字可能是单元号，但其写法无法识别。在面单类方案下，该地址中的数字全部隐藏。",
        ),
        Text(
            "Send the unit in a field of its own (kind unit), or with a word such as Apt in front of it.",
            "请将单元号放在单独的字段（类型 unit）中，或在其前加上 Apt 等字样。",
        ),
    ),
    "unmapped-masked": CodeText(
        Text("An unmapped member was masked", "未映射的字段已脱敏"),
        Text(
            "The schema does not map this member. Its name says that it is personal, so its value was masked.",
            "数据格式未映射该成员，但其名称表明含有个人信息，因此已脱敏。",
        ),
        Text(
            "Check the spelling of the member, or use a schema that maps it.",
            "请检查成员名称的拼写，或改用映射该成员的数据格式。",
        ),
    ),
    "not-listed": CodeText(
        Text("There are more of them", "未全部列出"),
        Text(
            "The record, or the whole answer, has more warnings or errors than an answer lists. "
            "Everything that is not listed was handled all the same.",
            "该记录或整个答复中的警告或错误超出可列出的数量；未列出的部分也已照常处理。",
        ),
        Text(
            "Correct what is listed, and send the record again to see the rest of its errors.",
            "请先更正已列出的内容；重新发送该记录即可看到其余错误。",
        ),
    ),
}
"""Every code that answers hold and that is no problem of a whole request."""
