"""Documents made from the log for people outside: of an incident, and for the compliance audit."""
