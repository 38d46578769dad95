#!/bin/sh
# Say what to install when there is no Python to ask; otherwise let it prepare the environment.
set -eu

PYTHON=${PYTHON:-python3}
if ! "$PYTHON" -c '' 2>/dev/null; then
    echo "No working '$PYTHON' was found. Python 3.11, 3.12 or 3.13 is needed." >&2
    echo "  Debian, Ubuntu:  apt-get install python3 python3-venv" >&2
    echo "  Fedora:          dnf install python3" >&2
    echo "  macOS:           brew install python@3.13" >&2
    echo "Another one that is installed: PYTHON=python3.12 make test" >&2
    exit 2
fi
exec "$PYTHON" scripts/environment.py "$@"
