"""The order of every call: authenticate, allow, freeze, budget, work, audit, release."""
