"""Settings and limits of the gunicorn workers."""
