"""Scores the masks on texts and addresses as people write them."""
