"""The tables of the map, tab-separated.

`services.tsv` has the services and how clients call them, `resources.tsv` the types of resources, and a file
per service its operations: the permissions that each needs, a row for each. Sources: AWS's service
authorization reference (actions, resources, condition keys), the API references (operations, parameters) and
the developer guides where they tell which permissions an operation needs. A test compares them with
botocore's models and with the reference.
"""

import csv
from collections.abc import Iterator, Mapping
from importlib.resources import files


def read_table(name: str) -> Iterator[Mapping[str, str]]:
    """Return the rows of a table."""
    with files(__package__).joinpath(f"{name}.tsv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
