"""Says a reason in words, in English and Chinese."""

from typing import Final

from masking_service.service.lookout.reasons import Reason

TEXTS: Final = {
    "unverified": (
        "worked on {total} cases, of which no ticket system verified {observed}; expected {expected}",
        "所处理的 {total} 张工单中有 {observed} 张未经工单系统核实；按同岗位水平应为 {expected} 张",
    ),
    "unfollowed": (
        "of {total} cases, {observed} show no later scan, call or closing; expected {expected}",
        "所处理的 {total} 张工单中有 {observed} 张此后没有扫描、通话或结单；按同岗位水平应为 {expected} 张",
    ),
    "pair": (
        "opened {observed} of {total} cases that {other} opened; expected {expected}",
        "{other} 所建的 {total} 张工单中有 {observed} 张由其显示；按独立分布应为 {expected} 张",
    ),
    "pair-opener": (
        "{other} opened {observed} of this person's {total} cases; expected {expected}",
        "其所建的 {total} 张工单中有 {observed} 张由 {other} 显示；按独立分布应为 {expected} 张",
    ),
    "approving-pair": (
        "approved {observed} of {total} decided cases that {other} opened; expected {expected}",
        "{other} 所建并已审批的 {total} 张工单中有 {observed} 张由其批准；按独立分布应为 {expected} 张",
    ),
    "approving-pair-opener": (
        "{other} approved {observed} of this person's {total} decided cases; expected {expected}",
        "其所建并已审批的 {total} 张工单中有 {observed} 张由 {other} 批准；按独立分布应为 {expected} 张",
    ),
    "fields-per-waybill": (
        "opened {observed} fields for each waybill of a case; the median of the role is {expected}",
        "工单内每票运单平均显示 {observed} 个字段；同岗位中位数为 {expected} 个",
    ),
    "pace": (
        "opened about {observed} fields a day of late; expected {expected} from earlier days",
        "近期每天约显示 {observed} 个字段；按此前水平应约为 {expected} 个",
    ),
    "unmoved": (
        "of {total} parcels viewed in full, {observed} never moved afterwards; expected {expected}",
        "查看完整地址的 {total} 个包裹中有 {observed} 个此后没有移动；按同岗位水平应为 {expected} 个",
    ),
    "sites": (
        "saw parcels of {observed} sites; the median of the role is {expected}",
        "查看了 {observed} 个网点的包裹；同岗位中位数为 {expected} 个",
    ),
    "odd-hours": (
        "did {observed} of {total} actions of a week in hours that are unusual for this person; expected {expected}",
        "近七天 {total} 次操作中有 {observed} 次发生在其极少工作的时段；应为 {expected} 次",
    ),
    "new-device": (
        "new devices in the last seven days: {observed}, not used on any of {total} earlier days",
        "近七天使用新设备 {observed} 台；此前有记录的 {total} 天从未使用",
    ),
    "new-network": (
        "new networks in the last seven days: {observed}, not used on any of {total} earlier days",
        "近七天使用新网络 {observed} 个；此前有记录的 {total} 天从未使用",
    ),
    "quick-approvals": (
        "approved {observed} of {total} cases within five seconds of the previous one; expected {expected}",
        "批准的 {total} 张工单中有 {observed} 张与上一个间隔不到五秒；按同岗位水平应为 {expected} 张",
    ),
}
"""English and Chinese, by signal. Every signal of the lookout is a key."""


def in_words(reason: Reason, *, chinese: bool = False) -> str:
    """Return a reason as a sentence; people are named as in the log."""
    return TEXTS[reason.signal][chinese].format(
        observed=_number(reason.observed),
        total=reason.total,
        expected=_number(reason.expected),
        other=reason.other.partition("/")[2] or reason.other,
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
