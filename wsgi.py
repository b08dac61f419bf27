"""gunicorn's door: `gunicorn -c gunicorn.conf.py wsgi:app`. Production only; `serve --dev` has its own."""

import os

from masking_service.settings import Settings
from masking_service.web.serving import serving_app

app = serving_app(Settings.read(os.environ))
