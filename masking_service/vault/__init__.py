"""Waybill records, sealed, in Redis."""
