"""What gunicorn is told."""
