"""The format of the log: what a service writes, and a verifier has to know. Pure."""
