"""What the commands say of the store and of a policy, in English and in Chinese."""

from typing import Final

from masking_service.cli.language import language
from masking_service.http.texts import Text
from masking_service.store.errors import StoreUnavailable
from masking_service.store.reasons import told

MEETS_FLOOR: Final = Text("a label: meets the floor of GB/T 41833-2022", "面单：符合 GB/T 41833-2022 的最低要求")
NO_LABEL: Final = Text("not a label", "非面单")
PROFILE: Final = Text("profile {name} ({floor})", "展示方案 {name}（{floor}）")
TOGETHER: Final = Text(
    "All profiles together hide at least {hidden} of 11 digits of a phone.",
    "所有展示方案合在一起，手机号 11 位中至少隐藏 {hidden} 位。",
)
FITS: Final = Text(
    "The common budget of role {role} fits {people} people on a peak day (`roles.{role}.people`).",
    "角色 {role} 的合计预算在高峰日适用于 {people} 人（`roles.{role}.people`）。",
)
SCHEMA: Final = Text("schema {name} under profile {profile}", "展示方案 {profile} 下的数据格式 {name}")
SCHEMAS: Final = Text("{count} schemas: {names}", "共 {count} 个数据格式：{names}")
SEARCH: Final = Text("search indexes: {indexes}", "查询索引：{indexes}")
SEARCH_OFF: Final = Text("none, so nothing can be searched", "无，因此不能查询")
SEARCH_PHONE: Final = Text("phone", "手机号")
SEARCH_LAST4: Final = Text("last four digits at a site", "网点内手机尾号")
SEARCH_TENANT: Final = Text("tenant {tenant}: {indexes}", "租户 {tenant}：{indexes}")
CALLS: Final = Text("calls: {provider}", "拨打：{provider}")
CALLS_OFF: Final = Text("no provider, so no one can be called", "未配置服务商，因此不能拨打")
OWN_NUMBERS: Final = Text("own numbers, of which a seed needs one: {count}", "自有号码（测试件须含其一）：{count} 个")
NO_NUMBER: Final = Text(
    "number {line} of the file is not one whole phone number", "文件中第 {line} 个号码不是一个完整的电话号码"
)
UNMAPPED: Final = Text(
    "Profiles that return unmapped members: {names}. For an integration that is finished, list what its schema keeps "
    "and set `unmapped: hide`.",
    "会返回未映射字段的展示方案：{names}。对接完成后，请在数据格式的 keep 中列出要保留的字段，"
    "并设置 `unmapped: hide`。",
)
SIGNED_OFF: Final = Text(
    "signatures: none. The holder of an issuer's signing key can act as every person of it: open values, approve "
    "cases, erase and unfreeze, within the budgets of each person (section `signed`).",
    "签名：未启用。持有签发方签名私钥的人可以冒充其所有人员：在每人额度内显示数据、批准工单、删除运单、"
    "解冻账号（`signed` 部分）。",
)
SIGNED_ACTS: Final = Text("signatures: people sign {acts} with keys of their own", "签名：{acts} 须由本人密钥签名")
SIGNED_LEFT: Final = Text(
    "Not signed, so a stolen signing key of an issuer can do them as any person: {acts}.",
    "以下操作无需签名，持有签发方签名私钥的人可以冒充任何人执行：{acts}。",
)
SIGNED_VALUES: Final = Text(
    "It opens no value. It can still view masks, and what a profile shows in full, as any person whose role allows it.",
    "不能显示数据；但仍可冒充相应角色的人员查看脱敏数据，以及展示方案中的明文。",
)
RULES: Final = Text("rules of masking: version {version}", "脱敏规则版本：{version}")
POLICY_IN_USE: Final = Text("checking {file}, as MASKING_POLICY says", "正在校验 MASKING_POLICY 指定的 {file}")
POLICY_SHIPPED: Final = Text(
    "checking the shipped policy: MASKING_POLICY is not set", "正在校验随产品提供的策略（未设置 MASKING_POLICY）"
)
SOUND: Final = Text("{file} is sound (digest {digest}).", "{file} 校验通过（摘要 {digest}）。")
COLUMNS: Final = {
    "kind": Text("kind", "类型"),
    "before": Text("before", "脱敏前"),
    "after": Text("after", "脱敏后"),
    "path": Text("path", "路径"),
}

CHANGEABLE: Final = Text(
    "{file}: others can change it. Fix: chmod go-w {file}", "{file}：他人可以更改。处理方法：chmod go-w {file}"
)
READABLE: Final = Text(
    "{file}: others can read it. Fix: chmod 600 {file}", "{file}：他人可以读取。处理方法：chmod 600 {file}"
)
UNSEEN: Final = Text("{file}: cannot be seen ({why})", "{file}：无法访问（{why}）")
NOTHING_SEEN: Final = Text("nothing was seen of it", "未能获取任何信息")
STORE_FAULT: Final = Text("{check}: {reason}. Fix: {remedy}", "{check}：{reason}。处理方法：{remedy}")
NO_PASSWORD: Final = Text(
    "the store accepts connections without a password, for reading and for writing. "
    "Fix: ACL SETUSER default off resetpass, then ACL SAVE or CONFIG REWRITE, on every node",
    "存储接受没有密码的连接，可读可写。处理方法：在每个节点上执行 ACL SETUSER default off resetpass，"
    "再执行 ACL SAVE 或 CONFIG REWRITE",
)
NO_MAXMEMORY: Final = Text(
    "it has no maxmemory, so the kernel may end it when memory is short. "
    "Fix: CONFIG SET maxmemory, as docs/scaling.md plans it, then CONFIG REWRITE",
    "未设置 maxmemory，内存不足时可能被内核终止。处理方法：按 docs/scaling.md 规划，执行 CONFIG SET maxmemory，"
    "再执行 CONFIG REWRITE",
)
CLOCK_AHEAD: Final = Text(
    "this machine's is {seconds} s ahead of the store's. Fix: see which of them is wrong, and set it; "
    "NTP keeps them together",
    "本机时钟比存储快 {seconds} 秒。处理方法：确认哪一个有误并校正；使用 NTP 保持一致",
)
CLOCK_BEHIND: Final = Text(
    "this machine's is {seconds} s behind the store's. Fix: see which of them is wrong, and set it; "
    "NTP keeps them together",
    "本机时钟比存储慢 {seconds} 秒。处理方法：确认哪一个有误并校正；使用 NTP 保持一致",
)
ARCHIVE_BEHIND: Final = Text(
    "the archive is {seconds} s behind. Fix: start the witness (`audit follow`), or see its log",
    "归档落后 {seconds} 秒。处理方法：启动见证程序（`audit follow`），或查看其日志",
)
NOT_TRIMMED: Final = Text(
    "the store has more than a day of it, so nothing deletes what is archived. "
    "Fix: start the witness (`audit follow`), or see its log",
    "存储中有超过一天的日志，说明已归档的内容没有被删除。处理方法：启动见证程序（`audit follow`），或查看其日志",
)
NO_AUDIT_URL: Final = Text(
    "MASKING_AUDIT_URL is not set, so a witness that is down is noticed after a day only",
    "未设置 MASKING_AUDIT_URL，见证程序停止后要一天才能发现",
)
NO_TICKET_ANSWER: Final = Text(
    "no signed answer within {seconds} s{why}. Fix: check cases.check.url, and that both sides have the key",
    "{seconds} 秒内没有收到签名的应答{why}。处理方法：检查 cases.check.url，以及双方的密钥是否一致",
)
NO_CLIENT: Final = Text(
    "no client may call yet: python -m masking_service clients add ID --role label-printer",
    "尚无可调用的客户端：python -m masking_service clients add ID --role label-printer",
)
DOCTOR: Final = {
    "setting": Text("setting", "设置"),
    "value": Text("value", "值"),
    "source": Text("source", "来源"),
    "environment": Text("environment", "环境变量"),
    "default": Text("default", "默认"),
    "set": Text("(set)", "（已设置）"),
}
CHECKS: Final = {
    "known answers of the cryptography": "密码算法已知答案",
    "keyset": "密钥集",
    "keyset is of this tier": "密钥集与本层级相符",
    "memory is not swapped out": "内存不会换出到磁盘",
    "opening tier publishes for this host": "还原层已为本机发布信息",
    "policy": "策略",
    "issuers": "签发方",
    "ticket system answers": "工单系统应答",
    "schemas": "数据格式",
    "key of alerts": "告警密钥",
    "files cannot be read or changed by others": "文件不能被他人读取或更改",
    "store keeps what it acknowledges": "存储保留已确认的数据",
    "store stops taking writes when it is cut off from its replicas": "与副本断开时存储停止写入",
    "store takes no one without a password, and has a limit of memory": "存储要求密码，并设有内存上限",
    "clocks of this machine and the store": "本机与存储的时钟",
    "audit log is archived": "审计日志已归档",
    "store is this keyset's, and clients can be read": "存储属于本密钥集，客户端可读取",
    "legal holds": "法律保全",
}
"""The checks of `doctor` in Chinese."""
SERVED_AT: Final = Text("served at {address}", "服务地址 {address}")
NOT_READY: Final = Text("served at {address}, not ready: {reason}", "服务地址 {address}，未就绪：{reason}")
NOT_SERVED: Final = Text("not served from here", "本机没有运行服务")

_STORE: Final = {
    "timeout": ("存储未及时响应", "请检查其是否卡死或过载，以及网络是否丢弃了数据"),
    "connection": ("Redis 无响应", "请确认存储已启动，且本机可以访问该地址；开发环境请执行 make run"),
    "unknown-host": ("无法解析存储的主机名", "请修改 MASKING_REDIS_URL 或检查 DNS"),
    "password": (
        "存储不接受该用户名和密码",
        "请在 MASKING_REDIS_URL 中更正（需百分号编码），或在服务器上执行 ACL SETUSER",
    ),
    "rights": ("存储的用户权限不足", "请在每个节点上授予 examples/redis.acl 中的权限"),
    "tls": ("无法与存储建立加密连接", "请检查端口、MASKING_REDIS_CA 与证书；或使用不加密的地址"),
    "listing": (
        "存储的该用户无权列出键，只有 audit verify --store 需要此权限",
        "请在本次命令中让 MASKING_REDIS_URL 使用 examples/redis-auditor.acl 中的用户",
    ),
    "certificate-time": (
        "按本机时钟，存储的证书尚未生效或已过期",
        "请先确认本机时钟正确；若正确，请为存储重新签发证书",
    ),
    "not-durable": ("存储可能丢失已确认的数据，在设置更正前只读", "请按 /readyz 与 doctor 给出的方法处理"),
    "full": ("存储的内存已满，无法写入", "请用 CONFIG SET maxmemory 调大，再执行 CONFIG REWRITE"),
    "loading": ("存储正在加载数据", "请稍候"),
}
"""The causes that a person meets on the command line; the others are said in English."""


def check_told(check: str) -> str:
    """The name of a check of `doctor`."""
    return CHECKS[check] if language() == "zh" else check


def store_told(fault: StoreUnavailable) -> str:
    """What is wrong with the store, and how to fix it."""
    if language() == "en" or fault.cause not in _STORE:
        return told(fault)
    says, remedy = _STORE[fault.cause]
    return f"{says}（{fault.explained}）。处理方法：{remedy}"
