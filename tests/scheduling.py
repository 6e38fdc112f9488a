"""How tests are shared out among processes: a file at a time on one database, and all with a browser as one.

pytest-xdist's own way with groups looks at every test that was ever handed out whenever one ends.
"""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

LONG = ("tests/browser/", "tests/cli/test_serve.py", "tests/door/test_stopping.py")
"""What takes longest begins first, so that nobody waits for it at the end."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Shares out files; two processes with a browser would only wait for each other."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.startswith("tests/browser/"):
            return "browser"
        return f"{file} {'postgresql' in test}"


def begin_with_long(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
