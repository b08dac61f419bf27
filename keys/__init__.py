"""All cryptography of the service: bytes in, bytes out.

Nothing outside this package imports `cryptography`, and nothing in it knows
Redis, HTTP or what a waybill is. Keys made here cannot be printed or pickled.

Modules: `framing` (length-prefixed context), `aead` (sealing), `suites`
(the meaning of an algorithm byte), `tokens` (references to a field), `keyset`
(the keyset file), `rotation` (changes to it), `providers` (where root keys are
kept), `keyring` (each tenant's keys in use), `selftest` (known-answer tests,
run at every start).
"""
