"""The answers about decoys."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Time, WaybillNo, one_of

Count = Annotated[int, Meta(ge=0)]


class DecoyHit(Answer):
    """Who named a phantom, and when."""

    principal: str
    at: Time
    entry: Annotated[str | None, Meta(description="The audit entry of the freeze; null if it froze no one.")]


class Decoy(Answer):
    """A planted waybill."""

    waybill_no: WaybillNo
    kind: Annotated[str, one_of("phantom", "seed")]
    planted_at: Time
    planted_by: str
    hits: Annotated[int, Meta(ge=0, description="How often a phantom was named. Always 0 for a seed.")]
    last_hit: Time | None
    recent: Annotated[list[DecoyHit], Meta(description="By whom it was named lately, the latest first; at most three.")]
    heard_at: Annotated[Time | None, Meta(description="When the phone of a seed first rang.")]


class Decoys(Answer):
    """The decoys of the tenant, in the order of planting."""

    decoys: list[Decoy]


class Planted(Answer):
    """How many decoys there are now.

    It does not say which waybills exist.
    """

    planted: Count


class SeedSeen(Answer):
    """Who saw seeds that rang."""

    principal: str
    opened: Annotated[int, Meta(ge=0, description="The number of these seeds of which they opened a field.")]
    viewed: Annotated[int, Meta(ge=0, description="The number of these seeds that they viewed in full.")]
    last: Time


class Heard(Answer):
    """The seeds with this phone, and who saw the seeds that rang."""

    waybills: list[WaybillNo]
    heard: Annotated[int, Meta(ge=0, description="How many seeds rang so far; `seen` is about all of them.")]
    seen: Annotated[list[SeedSeen], Meta(description="People who opened fields of the most seeds come first.")]
