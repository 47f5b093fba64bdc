#!/usr/bin/env python3
"""Stops files of more than 500 lines and functions of more than 60.

Exceptions stand in tools/size_baseline.txt, one a line, `file: lines` or `file function: lines`. A number there has to be
the true one, so it can only go down: what grew is refused, and what shrank asks for the smaller number.

Functions are found by their braces, which is exact for code that clang-format has laid out with our style: a body opens
with ` {`, an initialiser with `{` right behind a name. A function's lines run from its first line of signature to its
closing brace.
"""
import os
import pathlib
import re
import sys

MAX_FILE, MAX_FUNCTION = 500, 60
CODE_ROOTS = ("include", "src", "gateway", "tests", "fuzz", "bench", "examples", "cmake", "tools", "dev", ".ci")
SUFFIXES = (".hpp", ".cpp", ".py", ".mjs", ".js", ".ts", ".sh", ".cmake")
SKIPPED = ("node_modules", ".venv", "__pycache__", "corpus")
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^ ()\\\n]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.[^'\n]*|[^'\\\n])'|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
TYPE = re.compile(r"^(?:template\s*<.*>\s*)?(?:requires\b.*?)?(?:typedef\s+)?(class|struct|union|enum)\b[^()]*(\(|$)", re.S)
NAME = re.compile(r"((?:\w+::)*(?:operator\s*(?:\[\s*\]|[^\s\w(]+|[\w:]+)?|~?\w+))\s*(?:<[^()]*>)?\s*\($")
ACCESS = re.compile(r"\s*(public|private|protected)\s*")
NO_BODY = re.compile(r"\b(namespace|concept)\b|^extern\b[^()]*$")


def blank_noise(text):
    """Blanks comments, strings, character literals and preprocessor lines; newlines stay."""
    def blank(match):
        found = match[0]
        keep = '""' if found[0] in "\"R'" else ""
        return keep + "\n" * found.count("\n")
    return NOISE.sub(blank, text)


def function_name(header):
    """The name in front of the first parenthesis at depth 0 that belongs to a parameter list, or None."""
    if NO_BODY.search(header) or TYPE.match(header):
        return None
    depth = angle = 0
    for at, char in enumerate(header):
        if char == "(" and depth == 0 and angle == 0:
            found = NAME.search(header[: at + 1])
            if found and found[1] not in ("requires", "noexcept", "decltype", "alignas", "explicit"):
                # TEST(Suite, Name) and its like are told apart by their arguments.
                if re.match(r"(TYPED_)?TEST", found[1]):
                    return re.sub(r"\s+", " ", header[header.rfind(found[1], 0, at):]).strip()
                return "operator()" if found[1] == "operator" else found[1]
        depth += (char == "(") - (char == ")")
        if depth == 0 and header[: at + 1].lstrip().startswith("template"):
            angle = max(0, angle + (char == "<") - (char == ">" and header[at - 1] != "-"))
    if "](" in header or header.rstrip().endswith("]"):
        return "lambda"
    return None


def functions(text):
    """Yields (name, first line, last line) of every function outside functions."""
    text = blank_noise(text)
    scopes = []           # one entry per open brace: None for a namespace or type, else (name, first line) or "inner"
    header_start = 0      # where the declaration before the next brace begins
    parens, inside, line = 0, 0, 1
    first_line = 1
    for at, char in enumerate(text):
        if char == "\n":
            line += 1
        elif inside == 0 and not text[header_start:at].strip() and not char.isspace():
            header_start, first_line = at, line
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            header = text[header_start:at]
            name = None
            if inside == 0 and parens == 0 and header[-1:].isspace():
                name = function_name(header.strip())
            opened_type = inside == 0 and parens == 0 and name is None and is_scope(header)
            scopes.append((name, first_line, opened_type))
            if not opened_type:
                inside += 1
            else:
                header_start = at + 1
        elif char == "}" and scopes:
            name, first, opened_type = scopes.pop()
            if not opened_type:
                inside -= 1
            if name and inside == 0:
                yield name, first, line
            if inside == 0 and (name or opened_type):
                header_start = at + 1
        elif inside == 0 and parens == 0 and (char == ";" or char == ":" and ACCESS.fullmatch(text, header_start, at)):
            header_start = at + 1
    if scopes or parens:
        raise ValueError("braces or parentheses do not match")


def is_scope(header):
    header = header.strip()
    return bool(re.search(r"\bnamespace\b", header) or TYPE.match(header) or re.fullmatch(r'extern ""', header))


def measure(file):
    """Yields (what, lines) for a file and each of its functions; `what` is empty for the file."""
    text = file.read_text(errors="replace")
    yield "", len(text.splitlines())
    if file.suffix in (".hpp", ".cpp"):
        for name, first, last in functions(text):
            yield name, last - first + 1


def code_files(top):
    for root in CODE_ROOTS:
        if (top / root).is_file():
            yield top / root
        for folder, below, names in os.walk(top / root):
            below[:] = sorted(set(below) - set(SKIPPED))
            for name in sorted(names):
                if name.endswith(SUFFIXES) or root == ".ci":
                    yield pathlib.Path(folder, name)


def read_baseline(path):
    entries = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.strip() and not line.startswith("#"):
            what, _, number = line.rpartition(":")
            entries[what.strip()] = int(number)
    return entries


def check(top):
    """The list of complaints about the tree under `top`."""
    baseline, bad = read_baseline(top / "tools" / "size_baseline.txt"), []
    for file in code_files(top):
        try:
            measured = list(measure(file))
        except ValueError as error:
            bad.append(f"{file.relative_to(top)}: {error}")
            continue
        for what, lines in measured:
            key = f"{file.relative_to(top)} {what}".strip()
            limit = MAX_FUNCTION if what else MAX_FILE
            allowed = baseline.pop(key, None)
            if allowed is None:
                if lines > limit:
                    bad.append(f"{key}: {lines} lines, at most {limit}")
            elif lines > allowed:
                bad.append(f"{key}: grew to {lines} lines, the baseline says {allowed}")
            elif lines <= limit:
                bad.append(f"{key}: {lines} lines, take it off tools/size_baseline.txt")
            elif lines < allowed:
                bad.append(f"{key}: shrank to {lines} lines, lower tools/size_baseline.txt from {allowed}")
    bad += [f"{key}: not found, take it off tools/size_baseline.txt" for key in baseline]
    return bad


def main():
    bad = check(pathlib.Path(__file__).resolve().parent.parent)
    print("\n".join(bad) or "sizes: ok")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
