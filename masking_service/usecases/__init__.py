"""Use cases, one file each: what the routes and the command line call."""
