"""A schema can be shown at work: a sample record has a value at every mapped place."""

from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT
from tests.every import every

LABEL = Policy.load(ROOT / "policy.yaml", development=False).rules.profiles["label"]
SCHEMAS = list(load_schemas().values())


@every("schema", SCHEMAS)
def test_every_mapped_place_of_the_sample_holds_a_value(schema: Schema) -> None:
    found = Masker(schema, LABEL).mask(sample_record(schema)).fields
    assert [place.kind for place, value, *_ in found if value] == [place.kind for place, *_ in found]
    assert len(found) == len(schema.fields)


@every("schema", SCHEMAS)
def test_the_sample_has_a_waybill_number(schema: Schema) -> None:
    assert normalise_waybill_no(schema.waybill_no(sample_record(schema))) == "SF1234567890"
