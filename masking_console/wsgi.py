"""gunicorn's entry: `gunicorn -c masking_console/gunicorn_conf.py masking_console.wsgi:app`."""

import os
import sys

from masking_console.app import create_app
from masking_console.settings import Settings, SettingsError

try:
    app = create_app(Settings.read(os.environ))
except SettingsError as error:
    sys.exit(str(error))
