"""Import the list of common passwords into the package, from `zxcvbn` (MIT).

    python -m scripts.import_common_passwords

The file has one password per line in lower case, the most common first. It is gzipped without a timestamp, so
that the same list produces the same file.
"""

import gzip
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

TARGET = Path(__file__).parent.parent / "src" / "iamd" / "core" / "common" / "passwords.gz"


def main() -> None:
    """Write the file."""
    words = list(dict.fromkeys(word.lower() for word in FREQUENCY_LISTS["passwords"]))
    TARGET.write_bytes(gzip.compress("\n".join(words).encode(), mtime=0))
    print(f"{len(words)} passwords, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
