"""The people whom the lookout listed, and why.

`masking_audit/lookout/` finds them and writes the list, `oversight/activity.py` shows it.
"""
