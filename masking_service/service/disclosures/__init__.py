"""Who saw values of a waybill."""
