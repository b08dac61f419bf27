"""How gunicorn serves the application: what a worker is made of, and what it does at the same time."""
