"""Who saw values of a waybill; `masking_audit/packs/letters.py` writes to those whose values were seen."""
