"""Screenshots for the documentation."""

from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page


class Camera(NamedTuple):
    """Writes screenshots to a folder."""

    folder: Path

    def take(self, page: Page, name: str) -> Path:
        """Take a screenshot of the window as `name`.png."""
        file = self.folder / f"{name}.png"
        page.screenshot(path=file, animations="disabled", caret="hide")
        return file
