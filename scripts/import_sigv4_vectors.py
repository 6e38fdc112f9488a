"""Import AWS's Signature Version 4 test suite into `tests/wire/sigv4_vectors.json`.

    pip download --no-binary :all: --no-deps botocore && tar xzf botocore-*.tar.gz
    python scripts/import_sigv4_vectors.py botocore-*/tests/unit/auth/aws4_testsuite

The suite is part of botocore's source distribution, under the Apache License 2.0. Its NOTICE: "AWS Signature
Version 4 Test Suite, Copyright 2019 Amazon.com, Inc. or its affiliates. All Rights Reserved."

Requests are parsed here as by an HTTP server, so that the tests need no parser: header names in lower case,
folded lines unfolded, values of a repeated header joined by commas.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests/wire/sigv4_vectors.json"

_FOLD = re.compile(r"\n[ \t]+")

Vector = dict[str, str | dict[str, str]]


def read_text(case: Path, kind: str) -> str:
    """Return the text of one of a test case's files."""
    return (case / f"{case.name}.{kind}").read_bytes().decode().replace("\r", "")


def parse_headers(lines: list[str]) -> dict[str, str]:
    """Return headers by lower-case name, with repeated headers joined by commas."""
    result: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        result[name] = f"{result[name]},{value}" if name in result else value
    return result


def read_vector(case: Path, folder: Path) -> Vector:
    """Return a test vector: the unsigned request, and AWS's intermediate results and Authorization header."""
    head, _, body = read_text(case, "req").partition("\n\n")
    first, *lines = _FOLD.sub(" ", head).strip("\n").split("\n")
    method, _, request_target = first.partition(" ")
    path, _, query = request_target.rpartition(" ")[0].partition("?")
    canonical = read_text(case, "creq")
    # In one case the signer adds the session token: it is only in the canonical request.
    token = re.findall(r"^(x-amz-security-token:.*)$", canonical, re.MULTILINE)
    return {
        "name": case.relative_to(folder).as_posix(),
        "method": method,
        "path": path,
        "query": query,
        "headers": parse_headers(lines) | parse_headers(token),
        "body": body,
        "canonical_request": canonical,
        "string_to_sign": read_text(case, "sts"),
        "authorization": read_text(case, "authz"),
    }


def main(folder: Path) -> None:
    """Write the test vectors, sorted by name."""
    vectors = [read_vector(request.parent, folder) for request in sorted(folder.rglob("*.req"))]
    TARGET.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(vectors)} vectors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
