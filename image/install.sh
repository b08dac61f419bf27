#!/bin/sh
# Puts the service into a directory, as the Dockerfile does and as a virtual machine may: in two steps, so that an image
# is built anew only from what has changed. Nothing is taken that requirements.txt does not pin by its hash, nothing is
# compiled, and no installer stays behind.
#   image/install.sh requirements TARGET    makes TARGET/venv
#   image/install.sh sources TARGET         makes TARGET/app
# PYTHON names another interpreter than python3; it needs pip.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
step=$1
target=$2

case $step in
requirements)
    "$python" -m venv --without-pip "$target/venv"
    "$python" -m pip --python "$target/venv/bin/python" install --quiet --disable-pip-version-check \
        --no-deps --require-hashes --only-binary :all: -r "$root/requirements.txt"
    ;;
sources)
    mkdir -p "$target/app"
    for part in keys masking_service masking_audit masking_files masking_console \
        wsgi.py gunicorn.conf.py policy.yaml LICENSE; do
        cp -R "$root/$part" "$target/app/"
    done
    find "$target/app" -name __pycache__ -type d -prune -exec rm -rf {} +
    # The image is read-only, so what Python would write at the first start is written here.
    "$target/venv/bin/python" -m compileall -q "$target/app"
    chmod -R go-w,a+rX "$target/app"
    ;;
*)
    echo "unknown step: $step" >&2
    exit 2
    ;;
esac
