"""Redis: the client, its topology, and the checks of every server."""
