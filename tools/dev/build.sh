# Configuring, building, running the tests and the fuzzers. Sourced by ./dev.
jobs=${JOBS:-$(nproc)}

configure() { # configure PRESET
  mkdir -p build/log
  if ! cmake --preset "$1" > "build/log/configure-$1.log" 2>&1; then
    cat "build/log/configure-$1.log" >&2
    die "configuring failed"
  fi
}

build() { # build PRESET
  local begin=$SECONDS
  say "configuring $1"
  configure "$1"
  say "building $1 with $jobs jobs"
  cmake --build --preset "$1" --parallel "$jobs" 2>&1 | fewer_lines '^\[[0-9]+/[0-9]+\] ' ||
    die "the build failed"
  results+=("$(printf '%-7s %4d s  %s' ok $((SECONDS - begin)) "build ($1)")")
}

# The other side of the interoperability tests: official clients and servers. Without them those tests would be skipped.
prepare_counterparts() {
  [ -e tests/interop/prepare.sh ] || return 0
  say "preparing the counterparts of the interoperability tests"
  tests/interop/prepare.sh || die "tests/interop/prepare.sh failed"
}

run_ctest() { # run_ctest PRESET
  local log="build/log/ctest-$1.log"
  # One more than there are cores: conversations with other programs wait much of their time.
  ctest --preset "$1" --parallel "$((jobs + 1))" --no-tests=error 2>&1 | tee "$log" |
    fewer_lines '^ +Start +[0-9]+:|^ *[0-9]+/[0-9]+ Test +#.* Passed ' || return 1
  # The counterparts were installed, so a skipped conversation with them is a mistake here.
  ! grep -E ' (interop|conformance)\..*Skipped' "$log"
}

run_fuzzers() { # run_fuzzers SECONDS
  local program target found=0
  for program in build/fuzz/*_fuzz; do
    [ -x "$program" ] || continue
    found=1
    target=$(basename "$program" _fuzz)
    step "fuzz $target for $1 s" fuzz_one "$program" "$target" "$1"
  done
  [ $found -eq 1 ] || die "there are no fuzz targets"
}

fuzz_one() { # fuzz_one PROGRAM TARGET SECONDS
  local work="build/fuzz/work/$2" log="build/log/fuzz-$2.log" options=(-max_total_time="$3" -timeout=10 -rss_limit_mb=2048)
  mkdir -p "$work" "fuzz/corpus/$2"
  [ ! -e "fuzz/$2.dict" ] || options+=(-dict="fuzz/$2.dict")
  # New inputs go to the first folder; the corpus in the tree is only read.
  if ! "$program" "${options[@]}" -artifact_prefix="build/fuzz/crash-$2-" "$work" "fuzz/corpus/$2" > "$log" 2>&1; then
    tail -n 40 "$log"
    echo "The input is build/fuzz/crash-$2-*; once fixed, it belongs into fuzz/corpus/$2."
    return 1
  fi
  tail -n 1 "$log"
}
