"""The texts of problems with cases in English and Chinese."""

from typing import Final

from masking_service.http.texts import SEND_AGAIN, ProblemText, Text

CASE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "case-required": ProblemText(
        400,
        Text("A case is required", "缺少工单"),
        Text(
            "This purpose, or a waybill number instead of a token, requires an open case.",
            "该用途必须关联已生效的工单；用运单号代替令牌显示时也是如此。",
        ),
        Text("Send `case` with the number of an open case.", "请在 `case` 中填写已生效工单的编号。"),
    ),
    "case-not-open": ProblemText(
        403,
        Text("The case does not allow this", "工单不允许此操作"),
        Text(
            "The case is not open, or is for another officer or purpose.",
            "工单未生效，或属于其他专员、其他用途。",
        ),
        Text(
            "Check the case with GET /v1/cases/{case}: its status, purpose, officer and end.",
            "请通过 GET /v1/cases/{case} 核对工单的状态、用途、专员和到期时间。",
        ),
    ),
    "own-case": ProblemText(
        403,
        Text("The case is the caller's own", "不能处理自己的工单"),
        Text(
            "The person who opened a case cannot decide it, and the people who opened or approved it cannot open "
            "values under it.",
            "建单人不能审批自己的工单；建单人和审批人不能在该工单下显示数据。",
        ),
        Text("Another person has to do this.", "请由其他人处理。"),
    ),
    "case-not-pending": ProblemText(
        409,
        Text("The case is not pending", "工单不在待审批状态"),
        Text("There is nothing to decide: the case is not pending.", "工单不在待审批状态，无需审批。"),
        Text(
            "Read the case again: it was decided, closed, or has expired.", "请重新读取工单：它已审批、已结单或已过期。"
        ),
    ),
    "case-exists": ProblemText(
        409,
        Text("The case number is taken", "工单编号已被使用"),
        Text(
            "A case of this number was opened before. Numbers are never used twice.",
            "该编号的工单已经建立过，编号不可重复使用。",
        ),
        Text("Use a new case number, or read the existing case.", "请使用新的工单编号，或查看已有工单。"),
    ),
    "unknown-case-number": ProblemText(
        422,
        Text("The case number is not known", "工单编号不存在"),
        Text("The ticket system does not know this case number.", "工单系统中没有该编号。"),
        Text("Use the number of an existing ticket.", "请使用工单系统中已有的编号。"),
    ),
    "ticket-mismatch": ProblemText(
        422,
        Text("The ticket does not cover this case", "工单系统中的记录与本次建单不符"),
        Text(
            "The ticket of this number is closed, does not list all waybills of the case, or is assigned to another"
            " officer or to none.",
            "该编号在工单系统中已关闭、未列出本次建单的全部运单，或未指派给该专员。",
        ),
        Text(
            "Open the case with waybills of the ticket only and for its assignee, or correct the ticket first.",
            "请只填写该工单所列的运单和受理人，或先在工单系统中更正。",
        ),
    ),
    "case-check-unavailable": ProblemText(
        503,
        Text("The ticket system is not available", "工单系统暂不可用"),
        Text(
            "The ticket system did not confirm the case in time, so nothing was opened.",
            "工单系统未能及时核实该工单，因此未执行任何操作。",
        ),
        SEND_AGAIN,
    ),
}
