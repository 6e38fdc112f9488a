"""Write `docs/coverage.md`: the supported and unsupported operations of IAM, STS and the `iamd` service.

python -m scripts.list_coverage
"""

from pathlib import Path

from iamd import operations
from iamd.core import models

TARGET = Path(__file__).parent.parent / "docs/coverage.md"

_TITLES = {"iam": "IAM", "sts": "STS", "iamd": "iamd, what AWS offers in its console only"}


def render_page() -> str:
    """Return the current text of the page."""
    parts = ["# Coverage\n"]
    for name in models.SERVICES:
        model, served = models.load(name), operations.OPERATIONS[name]
        unserved = [operation for operation in sorted(model.operations) if operation not in served]
        parts += [
            f"## {_TITLES[name]}: {len(served)} of {len(model.operations)} operations are served\n",
            _wrap(sorted(served)),
        ]
        if unserved:
            parts += [f"\nNot served, answered with `InvalidAction` ({len(unserved)}):\n", _wrap(unserved)]
        parts.append("")
    return "\n".join(parts)


def _wrap(names: list[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 110:
            lines.append("")
        lines[-1] += f"`{name}` "
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    TARGET.write_text(render_page())
