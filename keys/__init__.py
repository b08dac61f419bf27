"""The one room with cryptography: bytes in, bytes out.

Nothing outside this package imports `cryptography`, and nothing in here knows
Redis, HTTP or what a waybill is. Keys made here cannot be printed or pickled.

The rooms: `framing` (length-prefixed context), `aead` (sealing), `suites`
(what an algorithm byte means), `tokens` (references that name a field without
holding it), `keyset` (the file), `providers` (who wraps and unwraps), `keyring`
(the keys of each tenant, in use), `selftest` (known answers, asked at every
start).
"""
