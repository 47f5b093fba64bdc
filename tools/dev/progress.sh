# Progress lines with the elapsed time, steps and their summary. Sourced by ./dev.
started=$SECONDS
results=()
failed=0

say() { printf '\033[1m[%02d:%02d]\033[0m %s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) "$*"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then
  say() { printf '[%02d:%02d] %s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)) "$*"; }
fi

die() {
  say "error: $*" >&2
  exit 1
}

# step NAME COMMAND...: runs the command and remembers how it ended, for the summary. Later steps run all the same.
step() {
  local name=$1 begin=$SECONDS outcome=ok
  shift
  say "$name ..."
  if ! "$@"; then
    outcome=FAILED
    failed=1
  fi
  results+=("$(printf '%-7s %4d s  %s' "$outcome" $((SECONDS - begin)) "$name")")
}

summary() {
  echo
  printf '%s\n' "${results[@]}"
  [ $failed -eq 0 ] || die "not everything passed"
  say "all passed"
}

# fewer_lines PATTERN: on a terminal everything; elsewhere, of the lines that match PATTERN only one every five seconds.
fewer_lines() {
  if [ -t 1 ]; then cat; else
    awk -v pattern="$1" '
      $0 !~ pattern { print; fflush(); next }
      { now = systime(); if (now - shown >= 5) { print; fflush(); shown = now } }'
  fi
}
