"""The answer about a restricted waybill."""

from masking_service.service.call.answers import Answer, WaybillNo


class RestrictedWaybill(Answer):
    """Whether a waybill is restricted now."""

    waybill_no: WaybillNo
    restricted: bool
