"""The tutorial shows every picture that the walkthrough takes, in the order in which it takes them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tutorial_has_the_walkthroughs_pictures() -> None:
    walked = re.findall(
        r'picture\(page, camera, "([^"]+)"\)', (ROOT / "tests/browser/test_walkthrough.py").read_text()
    )
    shown = re.findall(r"pictures/([^)]+)\.png", (ROOT / "docs/secure-your-account.md").read_text())
    kept = sorted(file.stem for file in (ROOT / "docs/pictures").glob("*.png"))
    assert shown == walked == kept
