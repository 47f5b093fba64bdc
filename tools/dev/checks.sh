# Format and clang-tidy. Sourced by ./dev.
cpp_files() { # every C++ file of the tree, committed or not
  git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' |
    while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}

changed_files() { # what differs from the last commit; in a clean tree, what that commit changed
  local base=HEAD
  git rev-parse -q --verify HEAD > /dev/null || { cpp_files; return; }
  [ -n "$(git status --porcelain)" ] || base='HEAD~1'
  git rev-parse -q --verify "$base" > /dev/null || { cpp_files; return; }
  { git diff --name-only --diff-filter=d "$base" -- '*.cpp'; git ls-files --others --exclude-standard -- '*.cpp'; } | sort -u
}

check_format() { cpp_files | xargs -r clang-format-19 --dry-run --Werror; }
format_all() { cpp_files | xargs -r clang-format-19 -i; }

check_tidy() { # check_tidy [--all]
  local files
  if [ "${1:-}" = "--all" ]; then files=$(cpp_files); else files=$(changed_files); fi
  # Only what is built here: the compile commands say how.
  files=$(echo "$files" | while read -r file; do
    [ -z "$file" ] || ! grep -qF "\"$PWD/$file\"" build/release/compile_commands.json || echo "$file"
  done)
  [ -n "$files" ] || { echo "nothing to look at"; return; }
  echo "$(echo "$files" | wc -l) files"
  echo "$files" | xargs -n 1 -P "$(nproc)" clang-tidy-19 -p build/release --quiet --extra-arg=-Wno-unknown-warning-option \
    2> build/log/clang-tidy.log
}
