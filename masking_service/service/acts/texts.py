"""Says in a sentence what a person is about to sign, in English and Chinese."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from masking_service.service.acts.deeds import Deed


class ActText(NamedTuple):
    """A sentence in English, for one and for several, and in Chinese; members of a deed are filled in."""

    one: str
    several: str
    zh: str


TEXTS: Final[Mapping[str, ActText]] = {
    "detokenize": ActText(
        "Open 1 field of case {case} ({purpose})",
        "Open {count} fields of case {case} ({purpose})",
        "显示工单 {case}（{purpose}）的 {count} 个字段",
    ),
    "case-open": ActText(
        "Open case {case} ({purpose}) for 1 waybill",
        "Open case {case} ({purpose}) for {count} waybills",
        "新建工单 {case}（{purpose}），共 {count} 票运单",
    ),
    "case-approve": ActText("Approve case {case}", "Approve case {case}", "批准工单 {case}"),
    "case-deny": ActText("Deny case {case}", "Deny case {case}", "拒绝工单 {case}"),
    "case-close": ActText("Close case {case}", "Close case {case}", "结单：{case}"),
    "erase": ActText("Erase 1 waybill", "Erase {count} waybills", "删除 {count} 票运单"),
    "freeze": ActText("Freeze {subject}", "Freeze {subject}", "冻结 {subject}"),
    "unfreeze": ActText("Unfreeze {subject}", "Unfreeze {subject}", "解冻 {subject}"),
    "decoy-plant": ActText("Plant decoys", "Plant decoys", "投放诱饵单"),
    "decoy-list": ActText("List the decoys", "List the decoys", "查看诱饵单列表"),
    "hold-set": ActText("Set the hold {case}", "Set the hold {case}", "设置保全 {case}"),
    "hold-lift": ActText("Lift the hold {case}", "Lift the hold {case}", "解除保全 {case}"),
    "key-approve": ActText("Approve a key of {subject}", "Approve a key of {subject}", "批准 {subject} 的密钥"),
    "key-deny": ActText("Deny a key of {subject}", "Deny a key of {subject}", "拒绝 {subject} 的密钥"),
    "key-revoke": ActText("Revoke a key of {subject}", "Revoke a key of {subject}", "撤销 {subject} 的密钥"),
}


def sentence(deed: Deed, language: Literal["en", "zh"]) -> str:
    """Return what a deed is, in a sentence. It names no waybill."""
    text = TEXTS[deed.act]
    count = len(deed.about)
    form = text.zh if language == "zh" else text.one if count == 1 else text.several
    return form.format(count=count, case=deed.case or "-", purpose=deed.purpose or "-", subject=deed.subject)
