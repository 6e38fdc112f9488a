"""What could make an emulator serve another request than the one that is decided on.

Emulators read more than AWS does. moto takes the Region from the User-Agent header or from a host name in
the URL, the account from a header of its own, parameters from headers, and parameters from whatever looks
like a form in a body of JSON. Such requests are refused here.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import unquote_plus

from iamd.services.aws.services import Service
from iamd.services.override_headers import refuse_override_headers
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

ACTION: Final = "Action"
_EMULATOR_HEADERS: Final = ("x-moto-", "x-localstack-")
_USER_AGENT_REGION: Final = re.compile(r"region/([a-z]{2}-[a-z]+-[0-9])")
_CLOUD_DOMAINS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".localhost.localstack.cloud")
_LOCAL_HOSTS: Final = ("localhost", "localhost.localstack.cloud")
# By hosts with such labels emulators find a service, a bucket, an API or a function.
_SERVICE_HOST: Final = re.compile(
    r"(?:^|\.)(?:amazonaws|localstack|localhost|s3[a-z-]*|sqs|queue|execute-api|lambda-url|appsync[a-z-]*|elb|alb"
    r"|cloudfront|iot|aoss)(?:\.|$)|\.aws$"
)
_AUTHORIZATION: Final = (
    r"AWS4-HMAC-SHA256 +Credential=[A-Za-z0-9]+/[0-9]{{8}}/{}/{}/aws4_request, *"
    r"SignedHeaders=[a-z0-9;_-]+, *Signature=[0-9a-f]{{64}}"
)
_MAX_FORM_NAME: Final = 300  # a name of a parameter, each of its characters percent-encoded
_PORT: Final = re.compile(r":[0-9]+$")


def check_request(request: ServiceRequest, service: Service, region: str) -> bytes:
    """Return the body of a request that can only be for a service in a Region.

    Raises AmbiguousRequest otherwise, and UnmappedRequest if the body is not known.
    """
    headers = request.headers
    refuse_override_headers(headers)
    for header in headers:
        if header.startswith(_EMULATOR_HEADERS):
            raise AmbiguousRequest(f"The header {header} could change the account or the service.")
    if headers.get("content-encoding", "identity") != "identity":
        raise AmbiguousRequest("The body is compressed (Content-Encoding). Send it as it is.")
    authorization = _AUTHORIZATION.format(re.escape(region), re.escape(service.name))
    if not re.fullmatch(authorization, headers.get("authorization", "")):
        raise AmbiguousRequest("The Authorization header must have Credential, SignedHeaders and Signature.")
    _check_host(headers.get("host", ""), service, region)
    _check_region(request, region)
    if request.body is None:
        raise UnmappedRequest(
            "the parameters are in the body, and the proxy does not pass bodies on: Envoy and Traefik do"
        )
    return request.body


def check_parameters(request: ServiceRequest, names: Collection[str]) -> None:
    """Refuse parameters in headers, and in a body of JSON what other programs would read as a form."""
    known = frozenset((ACTION, *names))
    lowered = frozenset(name.lower() for name in known)
    for header in request.headers:
        if _root(header) in lowered:
            raise AmbiguousRequest(f"The header {header[:64]} could be read as a parameter.")
    for name in _form_names(request.body or b""):
        if _root(name) in known:
            raise AmbiguousRequest(
                f"The body could be read as a form with the parameter {name[:64]}. "
                "Write the ampersand before it as \\u0026."
            )


def _form_names(body: bytes) -> Iterator[str]:
    """Return the names of a form. A body of JSON does not begin with one."""
    text = body.decode("utf-8", errors="replace")
    names = {pair.partition("=")[0] for pair in re.split("[&;]", text)[1:]}
    for name in names:
        if len(name) <= _MAX_FORM_NAME:
            yield unquote_plus(name)


def _root(name: str) -> str:
    """Return the parameter that a name such as `Tags.member.1.Key` belongs to."""
    return re.split(r"[.\[]", name, maxsplit=1)[0].strip()


def _check_host(host: str, service: Service, region: str) -> None:
    name = _PORT.sub("", host.lower())
    if name in _LOCAL_HOSTS or not _SERVICE_HOST.search(name):
        return
    if name not in {f"{service.endpoint}.{region}{domain}" for domain in _CLOUD_DOMAINS}:
        raise AmbiguousRequest(f"The host {host[:128]} is not that of {service.name} in {region}.")


def _check_region(request: ServiceRequest, region: str) -> None:
    user_agent = request.headers.get("user-agent", "")
    if any(found != region for found in _USER_AGENT_REGION.findall(user_agent)):
        raise AmbiguousRequest(f"The User-Agent header names another Region than {region}.")
    if "amazonaws" in unquote_plus(f"{request.path}?{request.query}").lower():
        raise AmbiguousRequest("The URL has a host name of AWS. Send the parameters in the body.")


def has_content_type(headers: Mapping[str, str], prefix: str) -> bool:
    """Return whether the body is of a media type."""
    return headers.get("content-type", "").lower().startswith(prefix)
