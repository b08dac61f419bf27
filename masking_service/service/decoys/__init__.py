"""Decoys: waybills that reveal who looks at what they should not."""
