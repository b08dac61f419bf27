"""Redis: the client, which servers there are, and the checks of each."""
