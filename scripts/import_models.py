"""Import AWS's service models of IAM and STS into the package, from the installed botocore.

    python -m scripts.import_models

What the server needs is imported (shapes, constraints, errors, pagination), documentation is not. Every
operation and shape is on one line, sorted by name, so that the diff of an update shows what AWS changed. A
trait that is neither imported nor known to be irrelevant stops the import, so that nothing is lost silently.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import botocore

Json = dict[str, Any]

DATA = Path(botocore.__file__).parent / "data"
TARGET = Path(__file__).parent.parent / "src" / "iamd" / "core" / "models"

TYPES = {"structure", "list", "map", "string", "integer", "long", "boolean", "blob", "timestamp"}
KEPT_TRAITS = ("required", "min", "max", "pattern", "enum", "sensitive", "union")
# Irrelevant to a server: documentation, and `box`, which means that a number is nullable in Java.
IGNORED_SHAPE_TRAITS = {
    "documentation",
    "box",
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "synthetic",
}
SHAPE_TRAITS = {"type", "members", "member", "key", "value", "exception", "error", "fault"}
IGNORED_MEMBER_TRAITS = IGNORED_SHAPE_TRAITS | {"idempotencyToken"}
OPERATION_TRAITS = {"name", "http", "input", "output", "errors", "auth", "authtype"}
IGNORED_OPERATION_TRAITS = {
    "documentation",
    "documentationUrl",
    "idempotent",
    "readonly",
    "deprecated",
    "deprecatedMessage",
}
KEPT_PAGING_KEYS = ("input_token", "output_token", "limit_key", "more_results")


def reject_unknown_traits(location: str, traits: Json, *known_traits: set[str]) -> None:
    """Exit if there is a trait that this script does not know."""
    unknown = set(traits).difference(*known_traits)
    if unknown:
        raise SystemExit(f"{location}: unknown traits: {sorted(unknown)}")


def shape_name(location: str, reference: Json) -> str:
    """Return the name of the shape that a member refers to."""
    reject_unknown_traits(location, reference, {"shape"}, IGNORED_MEMBER_TRAITS)
    return str(reference["shape"])


def read_error(name: str, shape: Json) -> Json:
    """Return an error's code and HTTP status; the Query protocol's defaults are the shape's name and 400."""
    error = shape.get("error", {})
    reject_unknown_traits(name, error, {"code", "httpStatusCode", "senderFault", "fault"})
    return {"code": error.get("code", name), "status": error.get("httpStatusCode", 400)}


def read_shape(name: str, shape: Json) -> Json:
    """Return a shape in the format of the package data."""
    reject_unknown_traits(name, shape, set(KEPT_TRAITS), SHAPE_TRAITS, IGNORED_SHAPE_TRAITS)
    if shape["type"] not in TYPES:
        raise SystemExit(f"{name}: the wire layer does not support the type {shape['type']}")
    result: Json = {"type": shape["type"]}
    if shape["type"] == "structure":
        result["members"] = {m: shape_name(f"{name}.{m}", ref) for m, ref in shape["members"].items()}
    result |= {part: shape_name(name, shape[part]) for part in ("member", "key", "value") if part in shape}
    result |= {trait: shape[trait] for trait in KEPT_TRAITS if trait in shape}
    if shape.get("exception"):
        result["error"] = read_error(name, shape)
    return result


def read_paging(paging: Json) -> Json:
    """Return the keys of a paginator; `result_key` is always a list."""
    reject_unknown_traits("paging", paging, set(KEPT_PAGING_KEYS), {"result_key", "non_aggregate_keys"})
    result = paging["result_key"]
    paging_keys = {key: paging[key] for key in KEPT_PAGING_KEYS if key in paging}
    return paging_keys | {"result_key": [result] if isinstance(result, str) else result}


def read_operation(name: str, operation: Json, paging: Json | None) -> Json:
    """Return an operation in the format of the package data."""
    reject_unknown_traits(name, operation, OPERATION_TRAITS, IGNORED_OPERATION_TRAITS)
    result: Json = {}
    if "input" in operation:
        result["input"] = operation["input"]["shape"]
    if "output" in operation:
        if operation["output"]["resultWrapper"] != f"{name}Result":
            raise SystemExit(f"{name}: its result is not wrapped in {name}Result")
        result["output"] = operation["output"]["shape"]
    result["errors"] = [error["shape"] for error in operation.get("errors", [])]
    if operation.get("authtype") == "none":
        result["auth"] = "none"
    if paging:
        result["paging"] = read_paging(paging)
    return result


def load(service: str, file: str) -> Json:
    """Read one of botocore's data files of a service, for its newest API version."""
    folder = max(path for path in (DATA / service).iterdir() if path.is_dir())
    plain, compressed = folder / f"{file}.json", folder / f"{file}.json.gz"
    text = gzip.decompress(compressed.read_bytes()) if compressed.exists() else plain.read_bytes()
    return dict(json.loads(text))


def read_service(service: str) -> Json:
    """Return a service model in the format of the package data."""
    model, pages = load(service, "service-2"), load(service, "paginators-1")["pagination"]
    meta = model["metadata"]
    if meta["protocol"] != "query":
        raise SystemExit(f"{service}: the wire layer does not support the protocol {meta['protocol']}")
    operations = {n: read_operation(n, o, pages.get(n)) for n, o in sorted(model["operations"].items())}
    return {
        "source": f"botocore {botocore.__version__}",
        "service": service,
        "version": meta["apiVersion"],
        "namespace": meta["xmlNamespace"],
        "operations": operations,
        "shapes": {n: read_shape(n, s) for n, s in sorted(model["shapes"].items())},
    }


def to_json_line(value: object) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=True)


def lines_table(rows: Json) -> str:
    """Return a mapping as JSON with one line per key."""
    return (
        "{\n"
        + ",\n".join(f"  {to_json_line(name)}: {to_json_line(row)}" for name, row in rows.items())
        + "\n }"
    )


def format_model(model: Json) -> str:
    """Return the text of a model's data file."""
    tables = ("operations", "shapes")
    parts = [f' "{key}": {lines_table(v) if key in tables else to_json_line(v)}' for key, v in model.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    """Write both models."""
    for service in ("iam", "sts"):
        model = read_service(service)
        (TARGET / f"{service}.json").write_text(format_model(model), encoding="utf-8")
        print(f"{service}: {len(model['operations'])} operations, {len(model['shapes'])} shapes")


if __name__ == "__main__":
    main()
