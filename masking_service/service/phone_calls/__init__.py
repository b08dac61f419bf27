"""Privacy numbers for calls: the protocol of a provider, and those that are shipped."""
