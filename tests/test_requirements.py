"""Requirements: whatever `make install`, `make dev` and `make bench` fetch is locked by a hash."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PYPROJECT["project"]["optional-dependencies"]


def requirements_by_file() -> dict[str, list[str]]:
    """Return what each file under `requirements/` locks; build requirements are those of the build itself."""
    node = re.search(r'^NODE = "(.+)"$', (ROOT / "hatch_build.py").read_text(), re.MULTILINE)
    assert node is not None
    return {
        "run": [*PYPROJECT["project"]["dependencies"], *EXTRAS["check"]],
        "build": [*PYPROJECT["build-system"]["requires"], "editables", node[1]],
        "dev": EXTRAS["dev"],
        "bench": EXTRAS["bench"],
        "uv": ["uv"],
    }


def locked_versions(name: str) -> dict[str, list[str]]:
    """Return the versions of each package in a file; each must have a hash."""
    versions: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.txt").read_text().strip()):
        pinned = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", entry)
        assert pinned is not None, entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
        versions.setdefault(pinned[1], []).append(pinned[2])
    return versions


@pytest.mark.parametrize(("name", "requirements"), requirements_by_file().items(), ids=requirements_by_file())
def test_requirements_are_locked(name: str, requirements: list[str]) -> None:
    versions = locked_versions(name)
    for requirement in map(Requirement, requirements):
        locked = versions.get(requirement.name, [])
        assert any(requirement.specifier.contains(version) for version in locked), requirement


def test_makefile_fetches_nothing_that_is_not_locked() -> None:
    """The editable install may fetch nothing: it uses the build requirements that are installed."""
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"^(?:INSTALL := |\t).*pip install.*$", makefile, re.MULTILINE)
    assert len(installs) == 3
    for line in installs:
        assert "--require-hashes" in line or {"--offline", "--no-build-isolation"} <= set(line.split()), line
    assert re.search(r"^INSTALL := .*--no-build\b", makefile, re.MULTILINE)


@pytest.mark.parametrize("folder", ["console", "tests/js"])
def test_npm_packages_have_hashes(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    assert [path for path, package in packages.items() if path and "integrity" not in package] == []
