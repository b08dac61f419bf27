"""gunicorn's entry: `gunicorn -c masking_console/gunicorn_conf.py masking_console.wsgi:app`."""

import os
import sys
from typing import Final

from masking_console.app import compile_templates, create_app
from masking_console.context import NAME
from masking_console.settings import Settings, SettingsError
from masking_service.observability.metrics_port import MetricsPort

SETUP_STATUS: Final = 4
"""gunicorn's master ends with it, too, and systemd does not start it again (deploy/masking-desk.service)."""

try:
    settings = Settings.read(os.environ)
    desk = compile_templates(create_app(settings))
    app = MetricsPort(desk, desk.extensions[NAME].metrics.exposition, settings.metrics_port)
except SettingsError as error:
    print(error, file=sys.stderr)
    sys.exit(SETUP_STATUS)
