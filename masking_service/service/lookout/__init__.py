"""The people whom the lookout listed, and why; `masking_audit/lookout/` finds them."""
