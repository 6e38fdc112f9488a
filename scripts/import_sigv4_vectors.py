"""Write AWS's Signature Version 4 test suite into `tests/wire/sigv4_vectors.json`.

    pip download --no-binary :all: --no-deps botocore && tar xzf botocore-*.tar.gz
    python scripts/import_sigv4_vectors.py botocore-*/tests/unit/auth/aws4_testsuite

The suite comes with botocore's source distribution, under the Apache License 2.0. Its NOTICE: "AWS Signature
Version 4 Test Suite, Copyright 2019 Amazon.com, Inc. or its affiliates. All Rights Reserved."

Requests are taken apart here, as an HTTP server does it, so that the tests need no parser of their own: names
of headers in lower case, folded lines unfolded, values of a repeated header joined by commas.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "tests/wire/sigv4_vectors.json"

_FOLD = re.compile(r"\n[ \t]+")

Vector = dict[str, str | dict[str, str]]


def read_text(case: Path, kind: str) -> str:
    """Return one of a case's files."""
    return (case / f"{case.name}.{kind}").read_bytes().decode().replace("\r", "")


def parse_headers(lines: list[str]) -> dict[str, str]:
    """Return headers by name, as a server joins them."""
    result: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        result[name] = f"{result[name]},{value}" if name in result else value
    return result


def read_vector(case: Path, folder: Path) -> Vector:
    """Return a case: the request without its signature, and what AWS makes of it on the way to one."""
    head, _, body = read_text(case, "req").partition("\n\n")
    first, *lines = _FOLD.sub(" ", head).strip("\n").split("\n")
    method, _, request_target = first.partition(" ")
    path, _, query = request_target.rpartition(" ")[0].partition("?")
    canonical = read_text(case, "creq")
    # One case leaves its session token to the signer: it stands in the canonical request alone.
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
    """Write the vectors in order of their names."""
    vectors = [read_vector(request.parent, folder) for request in sorted(folder.rglob("*.req"))]
    TARGET.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(vectors)} vectors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
