#!/usr/bin/env bash
# Does `./dev` work on a machine that has nothing but git? Makes a minimal Debian 12 tree, clones the repository into it and runs
# commands there. Needs root (or unshare with a mapped root), debootstrap, and about 4 GB.
#
# usage: tools/fresh_tree.sh [--mirror URL] [--keep] [--worktree] FOLDER [COMMAND...]
#   COMMAND      what to run in the clone; default: ./dev test
#   --mirror     a Debian mirror; default: the first one in this machine's apt sources
#   --keep       leave FOLDER in place when everything passed (it is always left when something failed)
#   --worktree   copy what git knows of or would add here, with changes, instead of the last commit
# An existing tree in FOLDER is used again, and its clone is replaced.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mirror= keep= worktree=
settings=() # environment of the command in the tree

while [ $# -gt 0 ]; do
  case "$1" in
    --mirror) mirror=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    --worktree) worktree=1; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "unknown option $1" >&2; exit 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { echo "usage: $0 [--mirror URL] [--keep] [--worktree] FOLDER [COMMAND...]" >&2; exit 2; }
tree=$(realpath -m "$1")
shift
[ $# -gt 0 ] || set -- ./dev test

mirror_of_this_machine() {
  cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2> /dev/null |
    sed -n 's|^URIs: *\([^ ]*debian\)/* *$|\1|p; s|^deb \(\[.*\] \)\?\([^ ]*debian\)/* bookworm .*|\2|p' | head -n 1 || true
}

make_tree() {
  [ -e "$tree/usr/bin/git" ] && return
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$tree" "$mirror"
  {
    echo "deb $mirror bookworm main"
    echo "deb $mirror bookworm-updates main"
  } > "$tree/etc/apt/sources.list"
  # Daemons that packages bring along are not started in here.
  printf '#!/bin/sh\nexit 101\n' > "$tree/usr/sbin/policy-rc.d"
  chmod +x "$tree/usr/sbin/policy-rc.d"
}

# How this machine reaches the network: resolver, apt's proxy, and certificates that an administrator has added.
copy_network_settings() {
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/apt/apt.conf.d/*proxy*; do
    [ ! -f "$file" ] || install -D -m 644 "$file" "$tree$file"
  done
  if compgen -G '/usr/local/share/ca-certificates/*.crt' > /dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$tree/usr/local/share/ca-certificates/"
    chroot "$tree" update-ca-certificates > /dev/null
    local bundle=/etc/ssl/certs/ca-certificates.crt
    settings+=(NODE_EXTRA_CA_CERTS=$bundle PIP_CERT=$bundle)
  fi
}

make_clone() {
  rm -rf "$tree/root/gatehouse"
  if [ -n "$worktree" ]; then
    mkdir -p "$tree/root/gatehouse"
    git -C "$repository" ls-files -z --cached --others --exclude-standard |
      (cd "$repository" && while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done) |
      tar -C "$repository" --null -T - -c | tar -C "$tree/root/gatehouse" -x
    git -C "$tree/root/gatehouse" init -q
  else
    git clone -q "file://$repository" "$tree/root/gatehouse"
  fi
}

mounted=()
unmount_all() {
  local at
  for at in "${mounted[@]}"; do umount -l "$at" || true; done
}

mount_kernel_folders() {
  trap unmount_all EXIT
  mount -t proc proc "$tree/proc" && mounted=("$tree/proc" "${mounted[@]}")
  mount --rbind /dev "$tree/dev" && mount --make-rslave "$tree/dev" && mounted=("$tree/dev" "${mounted[@]}")
}

[ -n "$mirror" ] || mirror=$(mirror_of_this_machine)
[ -n "$mirror" ] || { echo "no Debian mirror in the apt sources; use --mirror" >&2; exit 2; }
make_tree
copy_network_settings
make_clone
mount_kernel_folders

for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY npm_config_registry PIP_INDEX_URL JOBS; do
  [ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
begin=$SECONDS
code=0
chroot "$tree" env -i HOME=/root PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 "${settings[@]}" \
  bash -c 'cd /root/gatehouse && exec "$@"' fresh "$@" || code=$?
echo "fresh tree: '$*' ended with $code after $((SECONDS - begin)) s"
trap - EXIT
unmount_all
if [ $code -eq 0 ] && [ -z "$keep" ] && ! grep -qF " $tree/" /proc/mounts; then rm -rf --one-file-system "$tree"; fi
exit $code
