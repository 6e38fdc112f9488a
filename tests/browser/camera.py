"""Takes the pictures of the documents."""

from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page


class Camera(NamedTuple):
    """Writes pictures into a folder."""

    folder: Path

    def take(self, page: Page, name: str) -> Path:
        """Take what the window shows, as `name`.png."""
        file = self.folder / f"{name}.png"
        page.screenshot(path=file, animations="disabled", caret="hide")
        return file
