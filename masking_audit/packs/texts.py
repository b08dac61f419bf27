"""The words of the documents, in English and Chinese."""

from typing import Final

TEXTS: Final = {
    # Titles
    "incident": ("Incident", "事件材料"),
    "sharing": ("Sharing ledger", "个人信息提供台账"),
    "report": ("Report for the compliance audit", "个人信息保护合规审计报告"),
    # Paragraphs
    "about": (
        "About: {principal}. Period: {begin} to {end} (the end is not included; all times are UTC).",
        "对象：{principal}。期间：{begin} 至 {end}（不含截止时刻；时间均为 UTC）。",
    ),
    "period": (
        "Period: {begin} to {end} (the end is not included; all times are UTC).",
        "期间：{begin} 至 {end}（不含截止时刻；时间均为 UTC）。",
    ),
    "source": (
        "Made at {made} from the audit log up to checkpoint {checkpoint}: {entries} entries, {faults} faults. "
        "Tenant: {tenant} (keyed hash).",
        "生成时间：{made}。来源：审计日志，截至检查点 {checkpoint}，共 {entries} 条审计记录，验证发现问题 {faults} 处。"
        "租户：{tenant}（带密钥的哈希（HMAC））。",
    ),
    "totals": (
        "Fields opened: {fields}, of {waybills} waybills under {cases} cases. Full views: {views}. Refused calls: "
        "{refusals}.",
        "显示字段 {fields} 个，涉及 {waybills} 票运单、{cases} 张工单。完整查看 {views} 次。"
        "被拒绝的调用 {refusals} 次。",
    ),
    "hashes": (
        "The log contains no waybill number: waybills are keyed hashes, the same in every entry of the tenant. The "
        "holder of the keyset matches numbers to hashes with `audit incident … --waybills FILE`; matched numbers are "
        "in the column Number. The log contains no name, phone or address either: what a field contained is in the "
        "service's store only.",
        "日志中没有运单号：运单以带密钥的哈希（HMAC）表示，同一租户内同一票运单的哈希始终相同。"
        "持有密钥集的一方可用 "
        "`audit incident … --waybills FILE` 将运单号与该哈希对应，结果列于“运单号”一栏。"
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
        "“未见后续”指查看明文三天后，日志中该包裹没有扫描、通话或删除记录，且该工单未由他人结单。最近三天的查看不计入。",
    ),
    "retention": (
        "Records are kept for {days} days under the policy in force.",
        "按现行策略，记录保留 {days} 天。",
    ),
    "shredded": (
        "The data keys of all days before {day} are destroyed: no backup opens records of those days.",
        "{day} 之前各日的数据密钥已销毁：任何备份均无法再打开这些日期的记录。",
    ),
    "persons-means": (
        "Persons are distinct phones of the recipients or senders whose values are concerned, normalised; two waybills "
        "with one phone are one person. They were counted in memory, and no number was written. *Without a phone*: "
        "sides of waybills without a readable phone, each at most one more person. *No longer stored*: waybills that "
        "were erased, shredded or have expired, so that their persons are not counted. No row: not counted.",
        "人数按受影响的收件人或寄件人电话（归一化后）去重统计；同一电话的多票运单计为一人。统计在内存中进行，未写出任何号码。"
        "“无电话”：没有可读电话的收寄件方，每个至多再计一人。“已不再存储”：已删除、已粉碎密钥或已到期的运单，其人数未计入。"
        "没有数据行表示未统计。",
    ),
    "reach-means": (
        "*Could do* lists each policy that decided in the period, by its digest; `?` where the policy file was not "
        "given (`--policies`). The greatest numbers are what the strictest window of one person's budget leaves in "
        "the period. *Can still do* is the policy in force.",
        "“当时可以做的”列出期间内作出判定的每一版策略（按摘要）；未提供策略文件（`--policies`）的以 `?` 表示。"
        "上限为期间内个人额度中最严格的时间窗允许的数量。“现在仍可以做的”依据现行策略。",
    ),
    "means-data-key": (
        "A data key of {day} leaked. It opens the records, and the search entries, that it sealed, to someone who also "
        "has the store or a backup of it. It opens nothing of another day, tenant or hold, and no token. After "
        "`keys rotate data` new records have another key; those that were sealed before stay readable with the "
        "leaked key until they are erased or expire, and in backups.",
        "{day} 的数据密钥泄露。同时持有存储或其备份的人可用它打开由其封存的记录和查询索引；"
        "它不能打开其他日期、其他租户或"
        "法律保全的记录，也不能用令牌取回原值。"
        "执行 `keys rotate data` 后，新记录使用新的密钥；此前封存的记录在删除或到期前、"
        "以及在备份中，仍可用泄露的密钥打开。",
    ),
    "means-keyset": (
        "The keyset leaked, or a host that holds it. With the store or any backup it opens every day in the list that "
        "is not shredded, of every tenant, and with it tokens, entries and state can be made that look genuine. "
        "Alone it opens nothing. Rotate every key (docs/keys.md).",
        "密钥集泄露，或持有密钥集的主机失陷。同时持有存储或任一备份的人可打开下表中所有未粉碎日期、所有租户的记录，"
        "并可伪造令牌、审计记录和状态。仅有密钥集不能打开任何数据。请轮换全部密钥（见 docs/keys.md）。",
    ),
    "means-backup": (
        "A backup of the store of {day} leaked. Alone it opens nothing: all values are sealed. With the keyset of that "
        "day, or a later one that still has its root keys, it opens the days in the list that are not shredded.",
        "{day} 的存储备份泄露。仅有备份不能打开任何数据：所有值均已封存。"
        "同时持有当日密钥集、或之后仍含其根密钥的密钥集的人，"
        "可打开下表中未粉碎日期的记录。",
    ),
    "sold-list": (
        "The list has {lines} lines, of which {ours} are ours ({waybills} waybills). {people} people saw any waybill "
        "from {begin} to {end} (the end is not included; all times are UTC). Those who saw some of the list follow.",
        "清单共 {lines} 行，其中 {ours} 行属于本公司（{waybills} 票运单）。"
        "{begin} 至 {end}（不含截止时刻；时间均为 UTC）"
        "期间共有 {people} 人查看过运单，其中查看过清单内运单的人员见下表。",
    ),
    "ranking-means": (
        "*By chance* is how many listed waybills a person would have seen if the list were drawn at random from all "
        "waybills that were seen; *probability* is that of seeing as many or more; *people as high* is how many "
        "people one would expect this high by chance. It is a place to begin asking, and no proof: people who rightly "
        "handled the same parcels rank high too (docs/leaks.md).",
        "“随机预期”：若清单是从所有被查看过的运单中随机抽取的，此人会看到其中多少票；“概率”：看到同样多或更多的概率；"
        "“同等名次人数”：随机情况下预期有多少人达到此名次。排名只是调查的起点，不是证据：正当处理过同一批包裹的人也会排在前面"
        "（见 docs/leaks.md）。",
    ),
    "sharing-means": (
        "What was given to whom: fields opened, waybills shown in full, and numbers bound for calls, by recipient, "
        "purpose and month; and to whom access was given, or from whom it was taken. Made from the audit log, which "
        "is kept for three years. Masked labels hold no personal data in clear, and are not listed.",
        "向谁提供了什么：按接收方、用途和月份列出显示的字段、完整显示的运单和绑定的号码，以及访问权限的授予和收回。"
        "依据审计日志生成，审计日志保存三年。脱敏面单不含明文个人信息，未列入。",
    ),
    "none": ("None.", "无。"),
    # Tables
    "openings": ("Fields opened", "显示的字段"),
    "views": ("Waybills viewed in full", "完整查看的运单"),
    "cases": ("Cases", "工单"),
    "refusals": ("Refused calls", "被拒绝的调用"),
    "freezes": ("Freezes", "冻结"),
    "by-purpose": ("Openings by purpose", "按用途统计明文查看"),
    "by-role": ("Openings by role", "按角色统计明文查看"),
    "by-person": ("Openings by person", "按人员统计明文查看"),
    "views-by-role": ("Full views by role", "按角色统计完整查看"),
    "unexplained": ("Unexplained openings by person", "按人员统计未见后续的明文查看"),
    "erasures": ("Erasures", "删除"),
    "conflicts": ("Printers whose budget for conflicts was used up", "冲突额度用尽的面单系统"),
    "policies": ("Policies that decided", "所依据的策略"),
    "persons": ("Persons concerned", "受影响人数"),
    "could": ("Could do in the period", "当时可以做的"),
    "can": ("Can still do", "现在仍可以做的"),
    "now": ("State now", "当前状态"),
    "passed": ("Parcels that passed", "经手的包裹"),
    "opened-days": ("Days whose records are opened", "可被打开的日期"),
    "ranking": ("Who saw most of the list", "查看清单内运单最多的人员"),
    "seen-by": ("What the first of them saw of it", "排名靠前者的查看明细"),
    "given": ("Given", "提供情况"),
    "access": ("Access given and taken", "访问权限变更"),
    # Headers
    "without-phone": ("Without a phone", "无电话"),
    "missing": ("No longer stored", "已不再存储"),
    "opens": ("Opens", "可显示"),
    "full": ("Shows in full", "完整显示"),
    "may": ("Permissions", "权限"),
    "most-fields": ("Fields at most", "字段上限"),
    "most-views": ("Full views at most", "完整查看上限"),
    "what": ("What", "项目"),
    "value": ("Value", "值"),
    "site": ("Site", "网点"),
    "courier": ("Courier", "快递员"),
    "day": ("Day", "日期"),
    "tenant": ("Tenant", "租户"),
    "keys": ("Keys", "密钥数"),
    "values": ("Sealed values", "封存的值"),
    "state": ("State", "状态"),
    "rank": ("Rank", "名次"),
    "listed": ("Of the list", "清单内"),
    "seen": ("Saw in all", "共查看"),
    "expected": ("By chance", "随机预期"),
    "chance": ("Probability", "概率"),
    "as-high": ("People as high", "同等名次人数"),
    "first": ("First", "首次"),
    "last": ("Last", "末次"),
    "recipient": ("Recipient", "接收方"),
    "month": ("Month", "月份"),
    "kinds": ("Kinds", "类别"),
    "when": ("When (UTC)", "时间（UTC）"),
    "entry": ("Entry", "审计记录"),
    "waybill": ("Waybill (keyed hash)", "运单（带密钥的哈希（HMAC））"),
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
