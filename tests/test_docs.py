"""The documents tell the truth: settings, flags and coverage are the code's, and links lead somewhere."""

import re
from pathlib import Path

import pytest
import typer.main
from scripts import list_coverage

from iamd.cli.main import app
from iamd.config import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATING = (ROOT / "docs/operating.md").read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`IAMD_{name.upper()}`" in OPERATING


def flags() -> list[str]:
    group = typer.main.get_command(app)
    found: set[str] = set()
    waiting = [group]
    while waiting:
        command = waiting.pop()
        waiting.extend(getattr(command, "commands", {}).values())
        for parameter in command.params:
            found.update(option for option in parameter.opts if option.startswith("--"))
    return sorted(found)


@pytest.mark.parametrize("flag", flags())
def test_every_flag_is_documented(flag: str) -> None:
    assert f"`{flag}" in OPERATING


def test_coverage_is_what_is_served() -> None:
    assert list_coverage.TARGET.read_text() == list_coverage.render_page(), (
        "run python -m scripts.list_coverage"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    for target in targets:
        assert target.startswith("http") or (page.parent / target).exists(), target
