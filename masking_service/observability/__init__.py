"""Metrics, alerts and logs, none of which contain personal data."""
