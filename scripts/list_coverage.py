"""Write `docs/coverage.md`: the operations of IAM, STS and the `iamd` service, and which requests are mapped.

python -m scripts.list_coverage
"""

from collections.abc import Iterator
from pathlib import Path

from iamd import operations
from iamd.core import models
from iamd.services.aws.services import SERVICES

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
    return "\n".join([*parts, *_mapped_services()])


def _mapped_services() -> Iterator[str]:
    """Return what the map of AWS's services has, and why it leaves operations out."""
    yield "## AWS's services that an emulator provides: which requests are mapped\n"
    yield "| service | operations | of them mapped | not mapped |"
    yield "|---|---:|---:|---|"
    notes: dict[str, int] = {}
    for name, services in SERVICES.items():
        found = [operation for service in services for operation in service.operations.values()]
        refused = [operation for operation in found if operation.refusal]
        refusals = ", ".join(
            f"`{operation.name}` ({notes.setdefault(operation.refusal, len(notes) + 1)})"
            for operation in refused
        )
        yield f"| `{name}` | {len(found)} | {len(found) - len(refused)} | {refusals} |"
    yield ""
    yield from (f"{number}. {note}" for note, number in notes.items())
    yield ""


def _wrap(names: list[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 110:
            lines.append("")
        lines[-1] += f"`{name}` "
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    TARGET.write_text(render_page())
