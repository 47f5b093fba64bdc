#!/usr/bin/env python3
"""Checks that includes point down (tools/layers.txt): own folder or a lower row, never the same row, never higher.

Lines of tools/layers.txt:
  row N folder...                  the row of these folders, under include/gatehouse, src and gateway alike
  ban folder... : pattern : why    no line of these folders (* for all) may match
  only folder... : pattern : why   no line of any other folder may match
A public header includes <gatehouse/...> only: what stands in src/ is not installed.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'\s*#\s*include\s*(["<](?:(gatehouse|gateway|src)/(\w+)/)?[^">]*[">])')
ROOTS = ("include/gatehouse", "src", "gateway")


def read_rules(path):
    rows, bans = {}, []
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "row":
            number, *folders = rest.split()
            rows |= {folder: int(number) for folder in folders}
        elif kind in ("ban", "only"):
            who, pattern, why = rest.split(" : ")
            bans.append((kind == "only", who.split(), re.compile(pattern), why))
        elif line and not line.startswith("#"):
            sys.exit(f"{path}: cannot read '{line}'")
    return rows, bans


def check_line(line, own, public, rows, bans):
    """Yields what is wrong with one line of folder `own`."""
    match = INCLUDE.match(line)
    if match and match[2]:
        root, other = match[2], match[3]
        if other not in rows:
            yield f"includes {match[1]}: folder '{other}' has no row in tools/layers.txt"
        elif other != own and rows[other] >= rows[own]:
            yield f"{own} (row {rows[own]}) includes {other} (row {rows[other]})"
        elif public and root != "gatehouse":
            yield f"public header includes {match[1]}, which is not installed"
    for is_only, who, pattern, why in bans:
        applies = own not in who if is_only else own in who or who == ["*"]
        if applies and pattern.search(line):
            yield f"banned in {own}: {why}"


def check(top):
    """The list of complaints about the tree under `top`."""
    rows, bans = read_rules(top / "tools" / "layers.txt")
    bad = []
    for root in ROOTS:
        files = [f for f in (top / root).rglob("*.[ch]pp") if not f.stem.endswith("_test")]
        for file in sorted(files):
            inside, name = file.relative_to(top / root).parts, file.relative_to(top)
            own = inside[0]
            if len(inside) < 2:
                bad.append(f"{name}: lies in no folder")
            elif own not in rows:
                bad.append(f"{name}: folder '{own}' has no row in tools/layers.txt")
            else:
                for number, line in enumerate(file.read_text().splitlines(), 1):
                    for fault in check_line(line, own, root == ROOTS[0], rows, bans):
                        bad.append(f"{name}:{number}: {fault}")
    return bad


def main():
    bad = check(pathlib.Path(__file__).resolve().parent.parent)
    print("\n".join(bad) or "layers: ok")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
