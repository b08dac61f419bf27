"""Words that the rules know, as data: of addresses, of names, and of texts."""
