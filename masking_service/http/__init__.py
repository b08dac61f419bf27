"""HTTP: checks requests and writes answers. Decides nothing."""
