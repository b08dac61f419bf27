"""The texts of problems with calls in English and Chinese."""

from typing import Final

from masking_service.http.texts import SEND_AGAIN, ProblemText, Text

CALL_PROBLEMS: Final[dict[str, ProblemText]] = {
    "no-caller-number": ProblemText(
        403,
        Text("The caller has no phone number on file", "未登记主叫号码"),
        Text(
            "Calls are made from the number that is on file for the caller, and there is none.",
            "拨打电话须使用已登记的本人号码，该调用方尚未登记。",
        ),
        Text(
            "Ask the operator to register your number, or to have the sign-in service send it.",
            "请联系运维人员登记您的号码，或由登录服务提供该号码。",
        ),
    ),
    "not-callable": ProblemText(
        422,
        Text("There is no number to call", "没有可拨打的号码"),
        Text(
            "The field holds no mobile or landline number that can be dialled, or it is the caller's own.",
            "该字段中没有可拨打的手机或固定电话号码，或该号码为主叫本人号码。",
        ),
        Text("Use another phone field of the waybill.", "请改用该运单的其他电话字段。"),
    ),
    "calls-unavailable": ProblemText(
        503,
        Text("Calls are not available", "暂时无法拨打"),
        Text(
            "No privacy number could be bound now. The number itself is never shown instead.",
            "暂时无法绑定隐私号码，服务不会改为显示真实号码。",
        ),
        SEND_AGAIN,
    ),
}
