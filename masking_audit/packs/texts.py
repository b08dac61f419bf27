"""The words of the documents, in English and Chinese."""

from typing import Final

TEXTS: Final = {
    # Titles
    "incident": ("Incident: what one principal saw", "事件材料：某主体所接触的数据"),
    "report": ("Report for the compliance audit", "个人信息保护合规审计报告"),
    # Paragraphs
    "about": (
        "Principal: {principal}. Period: {begin} to {end} (the end is not included; all times are UTC).",
        "主体：{principal}。期间：{begin} 至 {end}（不含截止时刻；时间均为 UTC）。",
    ),
    "period": (
        "Period: {begin} to {end} (the end is not included; all times are UTC).",
        "期间：{begin} 至 {end}（不含截止时刻；时间均为 UTC）。",
    ),
    "source": (
        "Made at {made} from the audit log up to checkpoint {checkpoint}: {entries} entries, {faults} faults. "
        "Tenant: {tenant} (keyed hash).",
        "生成时间：{made}。来源：审计日志，截至检查点 {checkpoint}，共 {entries} 条审计记录，验证发现问题 {faults} 处。"
        "租户：{tenant}（密钥哈希）。",
    ),
    "totals": (
        "Fields opened: {fields}, of {waybills} waybills under {cases} cases. Full views: {views}. Refused calls: "
        "{refusals}.",
        "还原字段 {fields} 个，涉及 {waybills} 票运单、{cases} 张工单。完整查看 {views} 次。"
        "被拒绝的调用 {refusals} 次。",
    ),
    "hashes": (
        "The log contains no waybill number: waybills are keyed hashes, the same in every entry of the tenant. The "
        "holder of the keyset matches numbers to hashes with `audit incident … --waybills FILE`; matched numbers are "
        "in the column Number. The log contains no name, phone or address either: what a field contained is in the "
        "service's store only.",
        "日志中没有运单号：运单以密钥哈希表示，同一租户内同一票运单的密钥哈希始终相同。持有密钥集的一方可用 "
        "`audit incident … --waybills FILE` 将运单号与密钥哈希对应，结果列于“运单号”一栏。"
        "日志中也没有姓名、电话或地址：字段内容只保存在本服务的存储中。",
    ),
    "proof": (
        "Verify this folder with the public key alone: `audit verify FOLDER --public-key audit-public.pem`. "
        "`evidence.ndjson` has the signed entries behind every row. That no entry was left out is proved by the whole "
        "log (`audit export`).",
        "仅凭公钥即可验证本文件夹：`audit verify FOLDER --public-key audit-public.pem`。"
        "`evidence.ndjson` 包含每一行所依据的签名审计记录。要证明没有遗漏，须用完整日志（`audit export`）。",
    ),
    "proof-report": (
        "Verify this folder with the public key alone: `audit verify FOLDER --public-key audit-public.pem`. The sums "
        "can be recomputed from the whole log (`audit export`).",
        "仅凭公钥即可验证本文件夹：`audit verify FOLDER --public-key audit-public.pem`。各项合计可由完整日志"
        "（`audit export`）重新计算。",
    ),
    "unexplained-means": (
        "Unexplained: three days after the opening, the log shows no scan, call or erasure of the parcel, and no other "
        "person closed the case. Openings of the last three days are not counted.",
        "“未见后续”指还原三天后，日志中该包裹没有扫描、通话或删除记录，且该工单未由他人结单。最近三天的还原不计入。",
    ),
    "retention": (
        "Records are kept for {days} days under the policy in force.",
        "按现行策略，记录保留 {days} 天。",
    ),
    "shredded": (
        "The data keys of all days before {day} are destroyed: no backup opens records of those days.",
        "{day} 之前各日的数据密钥已销毁：任何备份均无法再打开这些日期的记录。",
    ),
    "none": ("None.", "无。"),
    # Tables
    "openings": ("Fields opened", "还原的字段"),
    "views": ("Waybills viewed in full", "完整查看的运单"),
    "cases": ("Cases", "工单"),
    "refusals": ("Refused calls", "被拒绝的调用"),
    "freezes": ("Freezes", "冻结"),
    "by-purpose": ("Openings by purpose", "按用途统计还原"),
    "by-role": ("Openings by role", "按角色统计还原"),
    "by-person": ("Openings by person", "按人员统计还原"),
    "views-by-role": ("Full views by role", "按角色统计完整查看"),
    "unexplained": ("Unexplained openings by person", "按人员统计未见后续的还原"),
    "erasures": ("Erasures", "删除"),
    "conflicts": ("Printers whose budget for conflicts was used up", "冲突额度用尽的面单系统"),
    "policies": ("Policies that decided", "所依据的策略"),
    # Headers
    "when": ("When (UTC)", "时间（UTC）"),
    "entry": ("Entry", "审计记录"),
    "waybill": ("Waybill (keyed hash)", "运单（密钥哈希）"),
    "number": ("Number", "运单号"),
    "kind": ("Kind", "类别"),
    "field": ("Field", "字段"),
    "case": ("Case", "工单"),
    "purpose": ("Purpose", "用途"),
    "approved-by": ("Approved by", "审批人"),
    "profile": ("Profile", "展示方案"),
    "action": ("Action", "操作"),
    "outcome": ("Outcome", "结果"),
    "times": ("Times", "次数"),
    "principal": ("Principal", "主体"),
    "by": ("By", "操作人"),
    "why": ("Reason", "原因"),
    "role": ("Role", "角色"),
    "fields": ("Fields", "字段数"),
    "waybills": ("Waybills", "运单数"),
    "calls": ("Calls", "调用次数"),
    "count": ("Count", "数量"),
    "policy": ("Policy (digest)", "策略（摘要）"),
}
"""English and Chinese."""
