"""How much a worker takes in, and how long it waits: every number of it, with its reason. None is a setting.

`docs/limits.md` tells operators and client authors what follows from them.
"""

from typing import Final

HEAD_SECONDS: Final = 5.0
"""From the first byte of a request to the end of its head. Heads come in one packet or two."""
BODY_SECONDS: Final = 10.0
"""From the head to the end of the body: 2 MiB at 1.7 Mbit/s."""
SEND_SECONDS: Final = 10.0
"""For the client to take its answer, which is as large as the body was."""
LEAVE_SECONDS: Final = 2.0
"""For the client to close after the last answer. What it still sends is thrown away until then."""
QUEUE_SECONDS: Final = 0.75
"""For which a whole request waits for a thread. With looking and answering it stays below two seconds."""
LOOK_SECONDS: Final = 0.25
"""How often a worker looks who is late."""
SIGN_SECONDS: Final = 1.0
"""How often it shows the master that it is alive, which waits for 30 (`timeout` in gunicorn.conf.py)."""
PATIENCE: Final = 0.05
"""For which a thread sends its answer itself. What a client has not read then, the main thread sends."""
GIVE_WAY_SECONDS: Final = 0.00002
"""For each connection that it has, a worker lets others go first to take a new one. Connections that come together
and stay open, as those of a label system do, would else often end up with one worker while the others are idle."""
GIVE_WAY_MOST: Final = 25
"""Connections for which it does so: half a millisecond at the most."""
GIVE_WAY_AHEAD: Final = 0.5
"""Seconds ahead of which a hundredth may be spent so at once: a burst of connections is spread, a stream is not."""
SWITCH_SECONDS: Final = 0.002
"""After which a busy thread makes room for another, such as the main thread, which needs it several times a request.
Python's own 5 ms make refusals late; with 0.2 ms a tenth of the single requests is lost to switching. While a large one
computes it is less (`vault/turn.py`).
"""
TAKEN_AT_ONCE: Final = 64
"""Connections that are taken in before those that are there are looked after again."""
BEHIND: Final = 16
"""Connections that want something at the same moment: with so many the main thread is behind, and until it has seen to
them the other threads begin nothing. Else it would wait for them at each step, and refuse too late."""

LARGEST_HEAD: Final = 32 * 1024
"""Bytes: a JWT of 8 KiB and all that proxies add. Times the connections of a worker it is 16 MiB."""
HELD: Final = 32 * 1024 * 1024
"""Bytes of requests that are not whole yet, and of answers that are not taken yet: sixteen of the largest."""
SMALL: Final = 64 * 1024
"""Bytes that a connection may hold when memory is short; times the connections of a worker it is HELD."""
QUEUED: Final = 8 * 1024 * 1024
"""Bytes of requests that wait for a thread: about as many as are answered in QUEUE_SECONDS."""
LEAST_WEIGHT: Final = 32 * 1024
"""Bytes that the smallest request counts for while it waits. So at most 256 of them do, which is about as many as are
answered in QUEUE_SECONDS, and half of the connections of a worker: the other half is for clients that still send.
"""

LIGHT: Final = 4 * 1024
"""Bytes of a request to mask, some ten records, which costs less to answer than to hand to another thread."""
LIGHT_SECONDS: Final = 0.002
"""Of the processor, for such a request. Values made to cost can take ten times as long."""
REST_AFTER_HEAVY: Final = 50.0
"""Times what a heavier one took, all go to threads: so those take a fiftieth of the main thread at the most."""
LARGE: Final = 16 * 1024
"""Bytes of a request that keeps a thread busy for a millisecond and more: some forty records."""
BATCHES: Final = 2
"""Of the threads that may have to wait for the store, those that may have such a request: while one waits, the other
computes, and what is small finds threads."""
COMPUTING: Final = 3
"""Threads that mask. One fills a processor; more only get in the way of the main thread."""
LEFT_TO_OTHERS: Final = 2
"""Of the other threads, which may have to wait for the store, those that one caller never gets."""
MOST_KNOWN: Final = 10_000
"""Credentials that are remembered: more than a site has people at work, in about a megabyte."""
