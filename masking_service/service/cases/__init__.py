"""Cases: the authority to open values."""
