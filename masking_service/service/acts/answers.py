"""Answers about signed acts and people's keys."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer, Time, one_of

KeyId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$", description="From the public key of the key.")]
Base64Url = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]+$", description="base64url without padding.")]
Status = Annotated[
    str,
    one_of("pending", "active", "revoked", description="pending: waits for the approval of another person."),
]

MadeIn = Annotated[list[str], Meta(description="The roles of its person when it was made: it is good in these only.")]


class NewKeyOptions(Answer, rename={"public_key": "publicKey"}):
    """What a browser needs to make a key."""

    public_key: Annotated[
        dict[str, Any], Meta(description="PublicKeyCredentialCreationOptionsJSON of WebAuthn, level 3.")
    ]
    options: Annotated[str, Meta(description="To be sent back with the new key; good for one.")]


class KeyStatus(Answer):
    """A key of the caller, and whether it may sign."""

    key: KeyId
    status: Status


class OwnKey(Answer):
    """A key of the caller."""

    key: KeyId
    name: str
    status: Status
    since: Time
    last_used: Time | None
    works_from: (
        Annotated[Time, Meta(description="When it signs for the first time, where that is later.")] | UnsetType
    ) = UNSET


class OwnKeyList(Answer):
    """The caller's keys."""

    keys: list[OwnKey]


class PendingKey(Answer):
    """A key that waits for approval, and how it was made."""

    principal: str
    roles: MadeIn
    key: KeyId
    name: str
    since: Time
    device: Annotated[str | None, Meta(description="As the issuer of the sign-in names it.")]
    network: Annotated[str | None, Meta(description="As the issuer names it, or the network of the caller's address.")]
    model: Annotated[str | None, Meta(description="The model of the authenticator (AAGUID), where it is verified.")]
    synced: Annotated[bool, Meta(description="Whether it may leave its device.")]
    others: Annotated[int, Meta(ge=0, description="How many active keys the person has.")]


class PendingKeys(Answer):
    """Keys that wait for approval, the oldest first."""

    keys: list[PendingKey]


class KeyOfPerson(Answer):
    """A key of a person."""

    key: KeyId
    name: str
    status: Status
    since: Time
    approved_by: str | None
    works_from: Time | None


class KeysOfPerson(Answer):
    """The keys of a person."""

    principal: str
    keys: list[KeyOfPerson]
