"""Answers about the audit log: entries as signed, checkpoints, sums."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer, Time

EntryId = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{16}-[1-9][0-9]*$",
        description="WRITER-NUMBER: the process that wrote the entry, and its number among them.",
    ),
]
Hash = Annotated[str, Meta(pattern="^([0-9a-f]{32})?$", description="A keyed hash.")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="The first half of a SHA-256 hash.")]
Link = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Seconds = Annotated[int, Meta(ge=0, description="Unix seconds.")]
PersonTag = Annotated[
    str,
    Meta(pattern="^[0-9a-f]{16}$", description="Keyed hash of what the issuer names. No two people's compare."),
]


class AuditItem(Answer):
    """One field or one waybill that an entry is about."""

    waybill: Hash
    outcome: Annotated[str, Meta(description="released, done, or the code of the refusal.")]
    field: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    site: str | UnsetType = UNSET
    courier: str | UnsetType = UNSET
    at: Annotated[int, Meta(ge=0, description="When a recorded call began, in Unix seconds.")] | UnsetType = UNSET
    seconds: Annotated[int, Meta(ge=0, description="How long they spoke.")] | UnsetType = UNSET


class AuditFact(Answer):
    """A hash of sealed state that was written after this entry. `audit verify --store` compares it with the store."""

    place: Digest
    value: Annotated[
        str, Meta(pattern="^([0-9a-f]{32})?$", description="A hash of the value; empty where the value was deleted.")
    ]
    until: Seconds | UnsetType = UNSET
    once: bool | UnsetType = UNSET


class AuditSignature(Answer):
    """What a key of the person signed, each member in base64url. `audit verify --signatures` verifies it."""

    statement: Annotated[str, Meta(description="What was signed; its SHA-256 was the challenge.")]
    key: Annotated[str, Meta(description="The public key, SubjectPublicKeyInfo in DER.")]
    authenticator_data: str
    client_data: str
    signature: str


class AuditEntry(Answer):
    """One action of one principal, done or refused.

    All members but `id` are signed.
    """

    id: EntryId
    at: Seconds
    action: str
    outcome: Annotated[str, Meta(description="released, done, or the code of the refusal of the whole call.")]
    principal: str
    role: Annotated[str, Meta(description="The role that allowed the action; empty where no role did.")]
    tenant: Hash
    request: str
    policy: Annotated[str, Meta(description="The hash of the policy that decided.")]
    purpose: str | UnsetType = UNSET
    case: str | UnsetType = UNSET
    profile: str | UnsetType = UNSET
    count: Annotated[int, Meta(ge=0, description="How many fields or waybills were released.")] | UnsetType = UNSET
    items: list[AuditItem] | UnsetType = UNSET
    approved_by: list[str] | UnsetType = UNSET
    subject: Annotated[str, Meta(description="The principal whom the action concerns.")] | UnsetType = UNSET
    facts: list[AuditFact] | UnsetType = UNSET
    after: Annotated[
        list[str] | UnsetType,
        Meta(description="In a chain's first entry: id and link of the last one of the process's chain before."),
    ] = UNSET
    takes_back: Annotated[
        list[EntryId] | UnsetType, Meta(description="Entries of the same call whose changes may not have been stored.")
    ] = UNSET
    times: (
        Annotated[
            int, Meta(ge=2, description="The number of refused calls that the entry counts, where it is more than one.")
        ]
        | UnsetType
    ) = UNSET
    ticket: Annotated[str, Meta(description="Digest of the answer that confirmed the case.")] | UnsetType = UNSET
    asked: Annotated[str, Meta(description="Keyed hash of what a search asked for.")] | UnsetType = UNSET
    device: PersonTag | UnsetType = UNSET
    network: PersonTag | UnsetType = UNSET
    signed: Annotated[
        list[AuditSignature] | UnsetType,
        Meta(description="The person's signature over the act, and those by which the key was approved."),
    ] = UNSET
    hashes: (
        Annotated[
            int,
            Meta(ge=1, description="The version of the secret of the keyed hashes; 0, the first, is left out."),
        ]
        | UnsetType
    ) = UNSET


class AuditPage(Answer):
    """Entries of the caller's tenant, in the order that was asked for."""

    entries: list[AuditEntry]
    next: Annotated[
        str | None,
        Meta(
            description="Send it as `after` for the next page. The given one if nothing is new, null in an empty log."
        ),
    ]


class AuditSum(Answer):
    """What was released and refused in one hour or day. It counts fields and waybills, not entries."""

    at: Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="When the hour or day began.")]
    by: Annotated[str, Meta(description="The principal or the action.")]
    fields: Annotated[int, Meta(ge=0, description="Fields opened.")]
    full_views: Annotated[int, Meta(ge=0, description="Waybills viewed through a profile that shows a kind in full.")]
    refusals: Annotated[
        int, Meta(ge=0, description="Refused calls. Repeated ones are added a minute after the first one.")
    ]


class AuditSummary(Answer):
    """Sums over the log of the caller's tenant, in the order of time."""

    sums: list[AuditSum]
    next: Annotated[
        str | UnsetType,
        Meta(description="Send it as `after` where there is more to read, and add the sums of the next answer."),
    ] = UNSET


class AuditHead(Answer):
    """The newest entry of a writer."""

    writer: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    number: Annotated[int, Meta(ge=1)]
    link: Link


class AuditHeads(Answer):
    """The newest entry of every writer at one moment, with the hash of the checkpoint before."""

    epoch: Annotated[int, Meta(ge=1)]
    at: Seconds
    previous: Link
    heads: list[AuditHead]
    slots: (
        Annotated[
            int, Meta(ge=2, le=16, description="Over how many slots of the store the log is spread, if over several.")
        ]
        | UnsetType
    ) = UNSET
    keys: Annotated[
        list[Link] | UnsetType,
        Meta(description="While the key of the log turns over: the public keys that may sign what follows."),
    ] = UNSET


class AuditCheckpoint(Answer):
    """A checkpoint.

    Keep it outside the service: a log without the entries that it names was cut or rewritten.
    """

    checkpoint: AuditHeads
    signature: Annotated[
        str, Meta(pattern="^[A-Za-z0-9+/]{86}==$", description="Ed25519 over the checkpoint's link, in base64.")
    ]


Counts = Annotated[dict[str, int], Meta(description="Counts of the last 1m, 1h and 1d.")]


class FrozenSince(Answer):
    """When, why and by whom a principal was frozen."""

    since: Time
    by: Annotated[str, Meta(description="The principal who froze it, or service/watch for the service itself.")]
    why: str


class ActivePrincipal(Answer):
    """What a principal did in the last day."""

    principal: str
    roles: Annotated[list[str], Meta(description="The roles that it acted in.")]
    fields: Counts
    full_views: Counts
    cases: Counts
    refusals: Annotated[
        dict[str, int],
        Meta(
            description="Refused calls of the last 1m, 1h and 1d. Each process of the service counts those that are "
            "repeated, and adds them a minute after the first one."
        ),
    ]
    limits: Annotated[
        dict[str, dict[str, int]],
        Meta(description="The policy's limits, by what is counted and by window. Passing a limit of refusals freezes."),
    ]
    frozen: FrozenSince | None


class ListedReason(Answer):
    """Why the lookout listed a person: the name of the signal, and a sentence in English and Chinese."""

    signal: str
    en: str
    zh: str


class ListedPerson(Answer):
    """A person whom the lookout listed."""

    principal: str
    at: Time
    total: Annotated[float, Meta(description="The sum of the signals' scores; a person is listed from 5 on.")]
    frozen: Annotated[bool, Meta(description="Whether the lookout froze the person, which the policy decides.")]
    reasons: Annotated[list[ListedReason], Meta(description="The strongest reason first.")]


class Activity(Answer):
    """The frozen principals, then the most active ones of the last day, at most 1,000."""

    principals: list[ActivePrincipal]
    listed: Annotated[
        list[ListedPerson],
        Meta(description="People whom the lookout listed in the last 30 days, at most five a day, the newest first."),
    ]
    since: Annotated[
        Time, Meta(description="The time from which calls are counted: a day ago, or later if the log is busy.")
    ]
