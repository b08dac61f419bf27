"""Finds waybills by a recipient's phone, or by its last four digits at a site."""
