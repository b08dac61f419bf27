#!/bin/sh
# The command line as the service's user, with the service's settings. Installed as /usr/local/bin/masking:
#   masking keys status
# The settings are read as systemd reads them, and never run: nothing but a quotation mark in front, or a backslash, has
# a meaning to it, so such a value is refused here.
set -eu
while IFS= read -r line || [ -n "$line" ]; do
    case $line in *=*) ;; *) continue ;; esac
    case ${line%%=*} in '' | *[!A-Z_]*) continue ;; esac
    case ${line#*=} in
        [\"\']* | *\\*)
            echo "/etc/masking/service.env: ${line%%=*} must not contain quotation marks or backslashes" >&2
            exit 1
            ;;
    esac
    export "$line"
done </etc/masking/service.env
cd /opt/masking/app
exec runuser -u masking -- /opt/masking/venv/bin/python -m masking_service "$@"
