#!/bin/sh
# Write the lock files anew from pyproject.toml: `make lock` (needs `uv`; UV=path/to/uv names it).
# Versions already locked stay; `make lock UPGRADE=--upgrade` takes the newest that pyproject allows.
#
# A lock pins every package with the hashes of all its files, for Python 3.11 to 3.13 on Linux,
# macOS and Windows alike. `runtime` is what `ewasm` and its build need, `development` adds tests and
# checks at the same versions, `compilers` (411 MB on disk) stands alone: nobody gets it unasked.
set -eu

compile() { # NAME SOURCE OPTION...: resolve SOURCE into requirements/NAME.lock
    name=$1
    shift
    "${UV:-uv}" pip compile "$@" ${UPGRADE:-} --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --output-file "requirements/$name.lock"
}

compile runtime pyproject.toml --extra build
compile development pyproject.toml --extra test --extra dev --constraint requirements/runtime.lock
sed -n 's/^compilers = \["\(.*\)"\]$/\1/p' pyproject.toml | compile compilers -
