"""Write the list of common passwords into the package, from the lists of `zxcvbn` (MIT).

    python -m scripts.import_common_passwords

One password a line in lower case, the most common first, gzipped without a time stamp: the same list is
the same file.
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
