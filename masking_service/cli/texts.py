"""Texts of the commands about the store and policies."""

from typing import Final

from masking_service.store.errors import StoreUnavailable
from masking_service.store.reasons import told
from masking_service.texts import Text, language_of_terminal

MEETS_FLOOR: Final = Text("a label: meets the floor of GB/T 41833-2022")
NO_LABEL: Final = Text("not a label")
PROFILE: Final = Text("profile {name} ({floor})")
TOGETHER: Final = Text("All profiles together hide at least {hidden} of 11 digits of a phone.")
FITS: Final = Text("The common budget of role {role} fits {people} people on a peak day (`roles.{role}.people`).")
SCHEMA: Final = Text("schema {name} under profile {profile}")
SCHEMAS: Final = Text("{count} schemas: {names}")
SEARCH: Final = Text("search indexes: {indexes}")
SEARCH_OFF: Final = Text("none, so nothing can be searched")
SEARCH_PHONE: Final = Text("phone")
SEARCH_LAST4: Final = Text("last four digits at a site")
SEARCH_TENANT: Final = Text("tenant {tenant}: {indexes}")
CALLS: Final = Text("calls: {provider}")
CALLS_OFF: Final = Text("no provider, so no one can be called")
OWN_NUMBERS: Final = Text("own numbers, of which a seed needs one: {count}")
NO_NUMBER: Final = Text("number {line} of the file is not one whole phone number")
UNMAPPED: Final = Text(
    "Profiles that return unmapped members: {names}. For an integration that is finished, list what its schema keeps "
    "and set `unmapped: hide`."
)
SIGNED_OFF: Final = Text(
    "signatures: none. The holder of an issuer's signing key can act as every person of it: open values, approve "
    "cases, erase and unfreeze, within the budgets of each person (section `signed`)."
)
SIGNED_ACTS: Final = Text("signatures: people sign {acts} with keys of their own")
SIGNED_LEFT: Final = Text("Not signed, so a stolen signing key of an issuer can do them as any person: {acts}.")
SIGNED_VALUES: Final = Text("A stolen signing key of an issuer opens no value.")
DEVICES: Final = Text("device proofs: people prove {calls} with devices of their own ({roles})")
EVERY_ROLE: Final = Text("every role")
DEVICES_LEFT: Final = Text(
    "Not proven by a device, so a stolen signing key of an issuer can do them as any person of these roles: {calls}. A "
    "view shows masks, and what the profile shows in full."
)
DEVICES_ALL: Final = Text("A stolen signing key of an issuer shows no waybill, makes no call and finds nothing.")
DEVICES_KEYS: Final = Text(
    "An API key with one of these roles makes such calls without a device, as no issuer makes keys: {roles}. Give such "
    "a key to no person."
)
DEVICES_UNSIGNED: Final = Text(
    "Devices are approved without a signature, so a stolen signing key of an issuer can approve one of its own: add "
    "device-approve to `signed.acts`."
)
RULES: Final = Text("rules of masking: version {version}")
POLICY_IN_USE: Final = Text("checking {file}, as MASKING_POLICY says")
POLICY_SHIPPED: Final = Text("checking the shipped policy: MASKING_POLICY is not set")
SOUND: Final = Text("{file} is sound (digest {digest}).")
COLUMNS: Final = {
    "kind": Text("kind"),
    "before": Text("before"),
    "after": Text("after"),
    "path": Text("path"),
}

CHANGEABLE: Final = Text("{file}: others can change it. Fix: chmod go-w {file}")
READABLE: Final = Text("{file}: others can read it. Fix: chmod 600 {file}")
UNSEEN: Final = Text("{file}: cannot be seen ({why})")
NOTHING_SEEN: Final = Text("nothing was seen of it")
STORE_FAULT: Final = Text("{check}: {reason}. Fix: {remedy}")
NO_PASSWORD: Final = Text(
    "the store accepts connections without a password, for reading and for writing. "
    "Fix: ACL SETUSER default off resetpass, then ACL SAVE or CONFIG REWRITE, on every node"
)
NO_MAXMEMORY: Final = Text(
    "it has no maxmemory, so the kernel may end it when memory is short. "
    "Fix: CONFIG SET maxmemory, as docs/scaling.md plans it, then CONFIG REWRITE"
)
CLOCK_AHEAD: Final = Text(
    "this machine's is {seconds} s ahead of the store's. Fix: find which of the two is wrong, and set it; "
    "NTP keeps them together"
)
CLOCK_BEHIND: Final = Text(
    "this machine's is {seconds} s behind the store's. Fix: find which of the two is wrong, and set it; "
    "NTP keeps them together"
)
ARCHIVE_BEHIND: Final = Text(
    "the archive is {seconds} s behind. Fix: start the witness (`audit follow`), or see its log"
)
NOT_TRIMMED: Final = Text(
    "the store has more than a day of it, so nothing deletes what is archived. "
    "Fix: start the witness (`audit follow`), or see its log"
)
NO_AUDIT_URL: Final = Text("MASKING_AUDIT_URL is not set, so a witness that is down is noticed after a day only")
NO_TICKET_ANSWER: Final = Text(
    "no signed answer within {seconds} s{why}. Fix: check cases.check.url, and that both sides have the key"
)
NOT_REACHED: Final = Text("{url} does not answer from here{why}; apps that use it have to reach this service")
NOT_THIS_SERVICE: Final = Text(
    "{url} is not this service, so no proof that names it is made. Fix: correct devices.urls of the policy"
)
NO_CLIENT: Final = Text("no client may call yet: python -m masking_service clients add ID --role label-printer")
DOCTOR: Final = {
    "setting": Text("setting"),
    "value": Text("value"),
    "source": Text("source"),
    "environment": Text("environment"),
    "default": Text("default"),
    "set": Text("(set)"),
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
    "addresses that devices prove": "设备证明所用的地址",
    "audit log is archived": "审计日志已归档",
    "store is this keyset's, and clients can be read": "存储属于本密钥集，客户端可读取",
    "legal holds": "法律保全",
}
"""The checks of `doctor` in Chinese."""
SERVED_AT: Final = Text("served at {address}")
NOT_READY: Final = Text("served at {address}, not ready: {reason}")
NOT_SERVED: Final = Text("not served from here")
SAME_FAULT: Final = Text("the same fault as under “{check}”")

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
    return CHECKS[check] if language_of_terminal() == "zh" else check


def store_told(fault: StoreUnavailable) -> str:
    """What is wrong with the store, and how to fix it."""
    if language_of_terminal() == "en" or fault.cause not in _STORE:
        return told(fault)
    says, remedy = _STORE[fault.cause]
    return f"{says}（{fault.explained}）。处理方法：{remedy}"
