"""Finds phones, identity numbers, e-mail addresses and bank cards, and tells them from other numbers."""
