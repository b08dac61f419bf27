"""Devices of people: their enrolment, and the proofs that they make of calls."""
