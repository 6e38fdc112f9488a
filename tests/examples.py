"""How many examples a property is tried with: few each time, and more when somebody looks for longer.

`make check EXAMPLES=20` tries twenty times as many.
"""

import os

from hypothesis import settings

_TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(count: int) -> settings:
    return settings(deadline=None, max_examples=count * _TIMES)
