"""Masks record batches of Apache Arrow, where the data is: in Spark, DuckDB, Polars, files and streams.

`mask` is a pure function: it knows no server and no store, and keeps nothing of what passes through it. A key is used
only where a plan holds a permit for pseudonyms.

It needs `pip install 'waybill-masking[arrow]'`.
"""

from masking_service.arrow.masking import RowWarning, mask, masked_schema
from masking_service.arrow.permits import Permit, PermitEnded, PseudonymMasker
from masking_service.arrow.plan import Plan
from masking_service.arrow.refusing import UnmappedColumns

__all__ = ["Permit", "PermitEnded", "Plan", "PseudonymMasker", "RowWarning", "UnmappedColumns", "mask", "masked_schema"]
