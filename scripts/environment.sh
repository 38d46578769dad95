#!/bin/sh
# Prepare the environment, or say what the machine lacks:
#     PYTHON=python3 scripts/environment.sh runtime|development|compiled FOLDER
set -eu

PYTHON=${PYTHON:-python3}

refuse() { # LINE...: end with what is wrong and what to do about it
    printf '%s\n' "$@" >&2
    exit 2
}

install_python="  Debian, Ubuntu:  apt-get install python3 python3-venv
  Fedora:          dnf install python3
  macOS:           brew install python@3.13
If another one is installed, name it: PYTHON=python3.12 make test"

"$PYTHON" -c '' 2>/dev/null ||
    refuse "'$PYTHON' does not run here; Python 3.11, 3.12 or 3.13 is needed." "$install_python"

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
    refuse "'$PYTHON' is $("$PYTHON" --version 2>&1); 3.11, 3.12 or 3.13 is needed." "$install_python"

"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    refuse "'$PYTHON' cannot make virtual environments: its modules venv and ensurepip are missing." \
        "  Debian, Ubuntu:  apt-get install python3-venv" \
        "If a complete Python is installed, name it: PYTHON=python3.12 make test"

exec "$PYTHON" scripts/environment.py "$@"
