"""How many examples Hypothesis tries per property: few by default, more by the variable EXAMPLES.

`make check EXAMPLES=20` tries twenty times as many.
"""

import os

from hypothesis import settings

_FACTOR = int(os.environ.get("EXAMPLES", "1"))


def examples(count: int) -> settings:
    return settings(deadline=None, max_examples=count * _FACTOR)
