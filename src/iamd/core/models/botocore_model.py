"""Export of the `iamd` service model to botocore's `service-2.json` format, for the AWS CLI and boto3."""

from typing import Any

Json = dict[str, Any]

_SHAPE_KEYS = ("type", "required", "min", "max", "pattern", "enum", "sensitive")


def to_service_2(model: Json) -> Json:
    """Convert a model from the JSON of the package's data files to that of a `service-2.json`."""
    name, version = model["service"], model["version"]
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": version,
            "endpointPrefix": name,
            "protocol": "query",
            "protocols": ["query"],
            "serviceAbbreviation": name,
            "serviceFullName": name,
            "serviceId": name,
            "signatureVersion": "v4",
            "signingName": name,
            "auth": ["aws.auth#sigv4"],
            "uid": f"{name}-{version}",
            "xmlNamespace": model["namespace"],
        },
        "operations": {key: _operation(key, definition) for key, definition in model["operations"].items()},
        "shapes": {key: _shape(definition) for key, definition in model["shapes"].items()},
    }


def _operation(name: str, definition: Json) -> Json:
    result: Json = {"name": name, "http": {"method": "POST", "requestUri": "/"}}
    if "input" in definition:
        result["input"] = {"shape": definition["input"]}
    if "output" in definition:
        result["output"] = {"shape": definition["output"], "resultWrapper": f"{name}Result"}
    result["errors"] = [{"shape": shape} for shape in definition["errors"]]
    result["documentation"] = f"<p>{definition['documentation']}</p>"
    return result


def _shape(definition: Json) -> Json:
    result = {key: definition[key] for key in _SHAPE_KEYS if key in definition}
    if "members" in definition:
        result["members"] = {name: {"shape": shape} for name, shape in definition["members"].items()}
    if "member" in definition:
        result["member"] = {"shape": definition["member"]}
    if "error" in definition:
        error = definition["error"]
        result |= {
            "error": {"code": error["code"], "httpStatusCode": error["status"], "senderFault": True},
            "exception": True,
        }
    return result
