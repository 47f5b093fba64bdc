# What each command needs, and how to get it on Debian and Ubuntu. Sourced by ./dev.
# A line: group, probe (cmd:NAME or header:NAME, looked up by the compiler), packages to choose the first available from.
requirements() {
  cat <<'TABLE'
build cmd:g++                       g++
build cmd:cmake                     cmake
build cmd:ninja                     ninja-build
build cmd:python3                   python3
build cmd:ccache                    ccache
build cmd:mold                      mold lld
build header:boost/version.hpp      libboost1.81-dev libboost1.83-dev libboost1.88-dev libboost1.90-dev libboost-dev
build header:simdjson.h             libsimdjson-dev
build header:openssl/ssl.h          libssl-dev
build header:yaml-cpp/yaml.h        libyaml-cpp-dev
build header:fmt/format.h           libfmt-dev
build header:spdlog/spdlog.h        libspdlog-dev
build header:CLI/CLI.hpp            libcli11-dev
build header:xxhash.h               libxxhash-dev
build header:re2/re2.h              libre2-dev
build header:gtest/gtest.h          libgtest-dev
build header:gmock/gmock.h          libgmock-dev
run   cmd:curl                      curl
test  cmd:openssl                   openssl
test  header:rhonabwy.h             librhonabwy-dev
test  cmd:npm                       npm
test  python:ensurepip              python3-venv
bench cmd:openssl                   openssl
bench cmd:nginx                     nginx-light nginx
bench cmd:valgrind                  valgrind
bench cmd:strace                    strace
lint  cmd:clang-format-19           clang-format-19
lint  cmd:clang-tidy-19             clang-tidy-19
fuzz  cmd:clang++-19                clang-19
fuzz  cmd:llvm-symbolizer-19        llvm-19
TABLE
}

is_present() { # is_present PROBE
  local name=${1#*:}
  case "$1" in
    cmd:mold) PATH="$PATH:/usr/sbin" command -v mold ld.lld > /dev/null ;;
    cmd:*) PATH="$PATH:/usr/sbin" command -v "$name" > /dev/null ;;
    python:*) python3 -c "import $name" 2> /dev/null ;;
    header:boost/version.hpp)
      printf '#include <boost/version.hpp>\n#if BOOST_VERSION < 108100\n#error old\n#endif\n' |
        "${CXX:-g++}" -E -x c++ - > /dev/null 2>&1 ;;
    header:*) echo "#include <$name>" | "${CXX:-g++}" -std=c++20 -E -x c++ - > /dev/null 2>&1 ;;
  esac
}

first_available() { # first_available PACKAGE...
  local package
  for package in "$@"; do
    if apt-cache show "$package" > /dev/null 2>&1; then
      echo "$package"
      return
    fi
  done
  echo "$1"
}

# need GROUP...: makes sure that everything of these groups is there.
need() {
  local group probe packages missing=()
  while read -r group probe packages; do
    case " $* " in *" $group "*) is_present "$probe" || missing+=("$packages") ;; esac
  done < <(requirements)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get > /dev/null || die "missing, and there is no apt-get to install it: ${missing[*]}"
  install_packages "${missing[@]}"
  while read -r group probe packages; do
    case " $* " in *" $group "*) is_present "$probe" || die "still missing after the installation: $probe" ;; esac
  done < <(requirements)
}

install_packages() { # install_packages "CHOICE CHOICE..." ...
  local root=() chosen=() choices log=build/log/apt.log
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || die "please install: $* (no root and no sudo here)"
    root=(sudo)
  fi
  mkdir -p build/log
  say "updating the package lists"
  "${root[@]}" apt-get update > "$log" 2>&1 || say "the package lists could not be updated, see $log; going on with the old ones"
  for choices in "$@"; do
    # shellcheck disable=SC2086  # one word per package
    chosen+=("$(first_available $choices)")
  done
  say "installing ${chosen[*]}"
  if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-remove --no-install-recommends "${chosen[@]}" \
    >> "$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "apt-get failed, see $log"
  fi
}
