"""`make mutate`: changes the code a little at a time, and expects a test to fail each time."""
