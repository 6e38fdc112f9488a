"""Our service model in botocore's form, which the AWS CLI and the SDKs learn a service from."""

from typing import Any

Json = dict[str, Any]

_KEPT = ("type", "required", "min", "max", "pattern", "enum", "sensitive")


def service_2(model: Json) -> Json:
    """Return a model that is given as the JSON of the package's data files as a `service-2.json`."""
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
        "operations": {key: _operation(key, held) for key, held in model["operations"].items()},
        "shapes": {key: _shape(held) for key, held in model["shapes"].items()},
    }


def _operation(name: str, held: Json) -> Json:
    made: Json = {"name": name, "http": {"method": "POST", "requestUri": "/"}}
    if "input" in held:
        made["input"] = {"shape": held["input"]}
    if "output" in held:
        made["output"] = {"shape": held["output"], "resultWrapper": f"{name}Result"}
    made["errors"] = [{"shape": shape} for shape in held["errors"]]
    made["documentation"] = f"<p>{held['documentation']}</p>"
    return made


def _shape(held: Json) -> Json:
    made = {key: held[key] for key in _KEPT if key in held}
    if "members" in held:
        made["members"] = {name: {"shape": shape} for name, shape in held["members"].items()}
    if "member" in held:
        made["member"] = {"shape": held["member"]}
    if "error" in held:
        error = held["error"]
        made |= {
            "error": {"code": error["code"], "httpStatusCode": error["status"], "senderFault": True},
            "exception": True,
        }
    return made
