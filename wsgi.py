"""The entry for gunicorn: `gunicorn -c gunicorn.conf.py wsgi:app`. Production only; `serve --dev` has its own."""

import os

from masking_service.server.serving import production_settings, serving_app

app = serving_app(production_settings(os.environ))
