"""gunicorn's door: `gunicorn -c gunicorn.conf.py wsgi:app`. Production only; `serve --dev` has its own."""

import os

from masking_service.server.serving import production_app

app = production_app(os.environ)
