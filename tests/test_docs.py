"""The documentation is current: every setting and flag, the operation coverage, and links that resolve."""

import re
from pathlib import Path

import pytest
import typer.main
from bench.comparison.cases import CASES
from scripts import list_coverage

from iamd.cli.main import app
from iamd.config import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATING_GUIDE = (ROOT / "docs/operating.md").read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`IAMD_{name.upper()}`" in OPERATING_GUIDE


def flags() -> list[str]:
    group = typer.main.get_command(app)
    options: set[str] = set()
    pending = [group]
    while pending:
        command = pending.pop()
        pending.extend(getattr(command, "commands", {}).values())
        for parameter in command.params:
            options.update(option for option in parameter.opts if option.startswith("--"))
    return sorted(options)


@pytest.mark.parametrize("flag", flags())
def test_every_flag_is_documented(flag: str) -> None:
    assert f"`{flag}" in OPERATING_GUIDE


def test_operation_coverage_is_up_to_date() -> None:
    assert list_coverage.TARGET.read_text() == list_coverage.render_page(), (
        "run python -m scripts.list_coverage"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    for target in targets:
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_comparison_has_every_request() -> None:
    page = (ROOT / "docs/comparison.md").read_text()
    assert [case.name for case in CASES if f"| {case.name} |" not in page] == [], "run make comparison"


def test_files_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"`([a-z_/]+\.(?:py|ts|tsx))`", text)
    assert named
    assert not [path for path in named if not any((ROOT / base / path).exists() for base in ("", "src/iamd"))]


def test_packages_are_those_of_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    listed = set(re.findall(r"^  ([a-z_]+)/ ", text, re.MULTILINE))
    assert listed == {path.parent.name for path in (ROOT / "src/iamd").glob("*/__init__.py")}
