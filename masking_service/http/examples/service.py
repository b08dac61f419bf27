"""Examples of the operations of the service itself."""

from typing import Final

from masking_service.http.examples.common import Example

EXAMPLES: Final[dict[str, Example]] = {
    "explain_problem": Example(
        None,
        {
            "code": "case-required",
            "status": 400,
            "title": {"en": "A case is required", "zh": "缺少工单"},
            "detail": {
                "en": "This purpose, or a waybill number instead of a token, requires an open case.",
                "zh": "该用途必须关联已生效的工单；用运单号代替令牌还原时也是如此。",
            },
            "remedy": {
                "en": "Send `case` with the number of an open case.",
                "zh": "请在 `case` 中填写已生效工单的编号。",
            },
        },
    ),
    "alive": Example(None, {"status": "alive"}),
    "ready": Example(None, {"status": "ready"}),
}
