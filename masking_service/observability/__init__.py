"""Metrics, alerts and logs. None of them holds personal data."""
