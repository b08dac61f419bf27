#!/bin/sh
# The command line as the service's user, with the service's settings, in the folder in which it is called. Installed as
# /usr/local/bin/masking:
#   masking keys status
# What the caller's environment sets counts instead of the file's line, for one command with another user of the store:
#   MASKING_REDIS_URL=rediss://auditor:… masking audit verify --store
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
    printenv "${line%%=*}" >/dev/null || export "$line"
done </etc/masking/service.env
# Modules are taken from the installed tree alone (-P), never from the caller's folder.
export MASKING_ENVIRONMENT_FILE=/etc/masking/service.env PYTHONPATH=/opt/masking/app
exec runuser -u masking -- /opt/masking/venv/bin/python -P -m masking_service "$@"
