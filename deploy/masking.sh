#!/bin/sh
# The command line as the service's user, with the service's settings. Installed as /usr/local/bin/masking:
#   masking keys status
set -eu
set -a
. /etc/masking/service.env
set +a
cd /opt/masking/app
exec runuser -u masking -- /opt/masking/venv/bin/python -m masking_service "$@"
