"""Legal holds: waybills that nothing may erase, expire or shred until two people lift the hold."""
