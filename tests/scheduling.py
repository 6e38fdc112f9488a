"""Distribution of the tests among processes: by file and database, with all browser tests in one process.

So are those of a real object store, which takes five seconds to start.

pytest-xdist's `loadgroup` scheduler scans every test that it ever assigned whenever one ends.
"""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

OBJECT_STORE_TESTS = ("tests/forward_auth/test_gateway.py", "tests/forward_auth/test_bucket_policies.py")
SLOW_TESTS = (
    "tests/browser/",
    "tests/cli/test_serve.py",
    "tests/http_server/test_stopping.py",
    *OBJECT_STORE_TESTS,
)
"""The slowest tests start first, so that they do not run alone at the end."""


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Assigns tests by file; browser tests in two processes would compete for the CPU."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.startswith("tests/browser/"):
            return "browser"
        if file in OBJECT_STORE_TESTS:
            return "object store"
        return f"{file} {'postgresql' in test}"


def move_slow_tests_first(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW_TESTS))
