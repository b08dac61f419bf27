"""Masks whole records: profiles, schemas, mapped and unmapped members, columns, and the leak guard."""
