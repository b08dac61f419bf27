"""Incidents: the deadlines of each country's duties, what is known, and the forms for the authorities."""
