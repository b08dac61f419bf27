"""The directory: who works with waybills, by name."""
