"""Test selection for `make check-fast`: print the tests that are most affected by a change.

    python -m scripts.affected_tests [--since main]

The change is everything uncommitted, else the last commit; with `--since`, everything since the branch point.
Selected are changed test files, test files that import a changed module or are named after it
(`test_<name>*.py` for `src/iamd/<part>/<name>.py`), the quick test folders of changed parts, and always a few
quick tests of everything. Indirect effects, such as through a server, are up to `make check`.
"""

import argparse
import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

_ALWAYS = (
    "tests/core",
    "tests/crypto",
    "tests/operations",
    "tests/cli/test_processes.py",
    "tests/web/test_setup.py",
)
_QUICK_FOLDERS = {
    "core",
    "crypto",
    "operations",
    "policy",
    "wire",
    "federation",
    "signin",
}  # each takes seconds
_SLOW_FILES = ("tests/policy/lint/test_limits.py",)  # excluded from the folders unless selected themselves
_MAX_FILES = 12  # test files; the most directly affected ones are taken
_SHARED_MODULES = {"tests.conftest", "tests.servers"}  # used by all tests, so they select none


def changed_files(since: str | None) -> list[Path]:
    """Return the files changed since the branch point of `since`.

    Without `since`, return the uncommitted files, or those of the last commit if there are none.
    """
    if since is not None:
        return _diff(_git("merge-base", since, "HEAD")[0])
    return _diff("HEAD") or _diff("HEAD~1")


def _diff(commit: str) -> list[Path]:
    tracked = _git("diff", "--name-only", "--diff-filter=d", commit)
    untracked = _git("ls-files", "--others", "--exclude-standard")
    return sorted({Path(name) for name in (*tracked, *untracked)})


def _git(*arguments: str) -> list[str]:
    completed = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
    return completed.stdout.splitlines()


def imported_names(file: Path) -> Iterator[str]:
    """Yield the full names of the modules, and of names in modules, that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_name(file: Path) -> str:
    """Return the dotted name of a file's module."""
    parts = file.with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def select_tests(files: list[Path]) -> list[str]:
    """Return the test files and folders to run, the most directly affected first."""
    tests = sorted(Path("tests").rglob("test_*.py"))
    python_files = [file for file in files if file.suffix == ".py"]
    changed_tests = [file for file in python_files if file in tests]
    modules = {
        module_name(file) for file in python_files if file.parts[0] in ("src", "tests")
    } - _SHARED_MODULES
    stems = {file.stem for file in python_files if file.parts[0] == "src" and file.stem != "__init__"}
    named_tests = [test for test in tests if any(test.stem.startswith(f"test_{stem}") for stem in stems)]
    importing_tests = [test for test in tests if modules & set(imported_names(test))]
    parts = {
        file.parts[2] for file in python_files if file.parts[:2] == ("src", "iamd") and len(file.parts) > 3
    }
    folders = [f"tests/{part}" for part in sorted(parts & _QUICK_FOLDERS) if Path(f"tests/{part}").is_dir()]
    if any(file.parts[0] == "console" for file in files):
        named_tests.append(Path("tests/browser/test_walkthrough.py"))
    direct = list(dict.fromkeys(map(str, (*changed_tests, *named_tests, *importing_tests))))[:_MAX_FILES]
    return list(dict.fromkeys((*direct, *folders, *_ALWAYS)))


def main() -> None:
    """Print the selected tests, as arguments of pytest, on one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", help="base branch of the current branch")
    selected = select_tests(changed_files(parser.parse_args().since))
    print(*selected, *(f"--deselect={file}" for file in _SLOW_FILES if file not in selected))


if __name__ == "__main__":
    main()
