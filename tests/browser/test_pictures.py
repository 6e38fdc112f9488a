"""The tutorial shows every screenshot of the walkthrough test, in order."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_tutorial_shows_the_screenshots_of_the_walkthrough() -> None:
    taken = re.findall(
        r'picture\(page, camera, "([^"]+)"\)', (ROOT / "tests/browser/test_walkthrough.py").read_text()
    )
    in_tutorial = re.findall(r"pictures/([^)]+)\.png", (ROOT / "docs/secure-your-account.md").read_text())
    files = sorted(file.stem for file in (ROOT / "docs/pictures").glob("*.png"))
    assert in_tutorial == taken == files
