"""Signed acts: keys in people's hands, their enrolment, and the acts that they sign."""
