"""The texts of problems with holds, restrictions and incidents in English and Chinese."""

from typing import Final

from masking_service.http.texts import ProblemText, Text

HOLD_PROBLEMS: Final[dict[str, ProblemText]] = {
    "held": ProblemText(
        409,
        Text("A legal hold keeps the waybill", "运单处于法律保全"),
        Text(
            "The waybill is under a legal hold, so nothing of it is erased.",
            "该运单处于法律保全状态，不得删除其任何数据。",
        ),
        Text(
            "Two people of the privacy office can lift the hold (GET /v1/holds). Then erase it again.",
            "个人信息保护办公室的两名人员可以解除保全（GET /v1/holds），解除后再删除。",
        ),
    ),
    "restricted": ProblemText(
        403,
        Text("The waybill is restricted", "运单已被限制处理"),
        Text(
            "The waybill may be used only for the purposes that the policy names for restricted waybills.",
            "该运单仅可用于策略为受限运单列明的用途。",
        ),
        Text(
            "Use a profile that masks. The privacy office can end the restriction.",
            "请使用脱敏的展示方案；个人信息保护办公室可以解除限制。",
        ),
    ),
    "own-hold": ProblemText(
        403,
        Text("The proposal is the caller's own", "不能处理自己的提议"),
        Text(
            "The person who proposed to set or to lift a hold cannot decide it.",
            "提议设立或解除法律保全的人不能自行决定。",
        ),
        Text("Another person has to do this.", "请由其他人处理。"),
    ),
    "hold-exists": ProblemText(
        409,
        Text("The name of the hold is taken", "法律保全的名称已被使用"),
        Text("A hold of this name was proposed before.", "该名称的法律保全已经提出过。"),
        Text("Use a new name, or read the existing hold.", "请使用新的名称，或查看已有的法律保全。"),
    ),
    "incident-exists": ProblemText(
        409,
        Text("The name of the incident is taken", "事件名称已被使用"),
        Text("An incident of this name was opened before.", "该名称的事件已经建立过。"),
        Text("Use a new name, or read the existing incident.", "请使用新的名称，或查看已有事件。"),
    ),
    "incident-closed": ProblemText(
        409,
        Text("The incident is closed", "事件已关闭"),
        Text("Nothing but reports can be noted of a closed incident.", "已关闭的事件只能登记报告情况。"),
        Text("Open a new incident where something new is known.", "如有新的情况，请建立新的事件。"),
    ),
    "hold-ended": ProblemText(
        409,
        Text("The hold is not in a state for this", "法律保全的状态不允许此操作"),
        Text(
            "The hold was lifted or withdrawn, is being lifted, or another person changed it meanwhile.",
            "该法律保全已解除或撤回、正在解除，或已被他人更改。",
        ),
        Text("Read the hold again. Propose a new one where it has ended.", "请重新读取；如已结束，请重新提出。"),
    ),
}
