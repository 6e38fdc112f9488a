"""Print the tests that a change reaches most directly, for `make check-fast`.

    python -m scripts.reached [--since main]

The change is what is not committed yet, else the last commit, or all since a branch began. A changed test
file is run; `src/iamd/<part>/<name>.py` reaches the test files that import it or are called after it
(`test_<name>*.py`), and the quick folder of its part. A few quick tests of everything run always. What a
change reaches by a detour, as through a server, is for `make check`.
"""

import argparse
import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ALWAYS = ("tests/core", "tests/keys", "tests/ops", "tests/cli/test_processes.py", "tests/web/test_setup.py")
QUICK = {"core", "keys", "ops", "policy", "wire", "federation", "signin"}  # folders that take seconds
SLOW = ("tests/policy/lint/test_limits.py",)  # but for what takes long in them
MOST = 12  # more test files than these take longer than one waits: the nearest are taken
SHARED = {"tests.conftest", "tests.servers"}  # by all: nothing is nearer to them than anything else


def changed(since: str | None) -> list[Path]:
    """Return the files that differ from where a branch began; or are not committed; or were at last."""
    if since is not None:
        return _differing(_git("merge-base", since, "HEAD")[0])
    return _differing("HEAD") or _differing("HEAD~1")


def _differing(commit: str) -> list[Path]:
    known = _git("diff", "--name-only", "--diff-filter=d", commit)
    new = _git("ls-files", "--others", "--exclude-standard")
    return sorted({Path(name) for name in (*known, *new)})


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def imports(file: Path) -> Iterator[str]:
    """Return the modules, and the names in them, that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module(file: Path) -> str:
    """Return what a file is called where it is imported."""
    parts = file.with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def reached(files: list[Path]) -> list[str]:
    """Return the tests to run, the nearest first."""
    tests = sorted(Path("tests").rglob("test_*.py"))
    python = [file for file in files if file.suffix == ".py"]
    itself = [file for file in python if file in tests]
    modules = {module(file) for file in python if file.parts[0] in ("src", "tests")} - SHARED
    stems = {file.stem for file in python if file.parts[0] == "src" and file.stem != "__init__"}
    named = [test for test in tests if any(test.stem.startswith(f"test_{stem}") for stem in stems)]
    importing = [test for test in tests if modules & set(imports(test))]
    parts = {file.parts[2] for file in python if file.parts[:2] == ("src", "iamd") and len(file.parts) > 3}
    folders = [f"tests/{part}" for part in sorted(parts & QUICK) if Path(f"tests/{part}").is_dir()]
    if any(file.parts[0] == "console" for file in files):
        named.append(Path("tests/browser/test_walkthrough.py"))
    near = list(dict.fromkeys(map(str, (*itself, *named, *importing))))[:MOST]
    return list(dict.fromkeys((*near, *folders, *ALWAYS)))


def main() -> None:
    """Print the tests in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", help="the branch that the work began from")
    chosen = reached(changed(parser.parse_args().since))
    print(*chosen, *(f"--deselect={file}" for file in SLOW if file not in chosen))


if __name__ == "__main__":
    main()
