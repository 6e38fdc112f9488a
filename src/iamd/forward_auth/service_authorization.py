"""Authorization of requests to services of one's own, and to AWS's services that an emulator provides."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from iamd.core.errors import AccessDenied, Fault, NotFound
from iamd.forward_auth.mapping_faults import InvalidUri, mapping_faults
from iamd.forward_auth.signing_rules import SERVICE_RULES, has_no_body
from iamd.gate import decision_events
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.credentials import AccessKeyCredentials, BearerCredentials, Credentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.decisions import AUTHORIZE_REQUEST, DecisionPoint, Inquiry, require_permissions
from iamd.gate.request_context import RequestContext
from iamd.services.service_request import (
    MappedRequest,
    RequestMap,
    ServiceRequest,
)
from iamd.wire import api_keys, sigv4
from iamd.wire.request import Request

_REGION = "us-east-1"
_BEARER = "bearer "


class ServiceCaller(NamedTuple):
    """Whose request is allowed; `tags` are those that the service is told."""

    arn: str
    account_id: str
    unique_id: str
    tags: Mapping[str, str]
    payload_hash: str

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers that the proxy passes on to the service, in place of the client's."""
        return [
            ("X-Iamd-Arn", quote(self.arn, safe=":/+=,.@-_")),
            ("X-Iamd-Account", self.account_id),
            ("X-Iamd-User-Id", quote(self.unique_id, safe=":+=,.@-_")),
            ("X-Iamd-Principal-Tags", urlencode(self.tags, quote_via=quote)),
            ("X-Iamd-Content-Sha256", self.payload_hash),
        ]


class _Signer(NamedTuple):
    """Who signed a request, and what. For an API key, the rest is empty, and no headers are signed."""

    credentials: Credentials
    signing_name: str
    region: str
    payload_hash: str
    signed_headers: tuple[str, ...] | None


class _Mapping(NamedTuple):
    """A client's request, with what knows which permissions it needs."""

    request_map: RequestMap
    request: Request
    signer: _Signer

    @property
    def region(self) -> str:
        """The Region that the request is for."""
        return self.signer.region if self.request_map.is_regional and self.signer.region else _REGION

    def map_request(self, account_id: str) -> MappedRequest:
        """Return what the request needs; InvalidUri or AccessDenied if that is not certain."""
        method, path, query, headers, body, _, _ = self.request
        known_body = body if body or has_no_body(self.request) else None
        signed_headers = self.signer.signed_headers
        service_request = ServiceRequest(method, path, query, headers, known_body, signed_headers)
        with mapping_faults():
            return self.request_map.map_request(
                service_request, self.signer.signing_name, account_id, self.region
            )


class ServiceAuthorizer:
    """Authorizes requests to services by their maps; resources belong to the account of who asks."""

    def __init__(self, decision_point: DecisionPoint, maps: Mapping[str, RequestMap]) -> None:
        self._decision_point = decision_point
        self._maps = maps

    def authorize(
        self,
        service: str,
        api_key: BearerCredentials,
        request: Request,
        request_context: RequestContext,
        *,
        is_recorded: bool = True,
    ) -> ServiceCaller:
        """Authorize a client's request to a service; raise the Fault of whatever is wrong.

        The permission to ask comes first, then who the client is, then what the request needs.
        """
        point, context = self._decision_point, request_context._replace(region=_REGION)
        with point.inquiry(api_key, service, AUTHORIZE_REQUEST, context, is_recorded=is_recorded) as inquiry:
            request_map = self._maps.get(service)
            if request_map is None:
                raise NotFound(f"This server has no definition of the service {service} (IAMD_SERVICES).")
            signer = self._read_signer(request, inquiry, request_map)
            caller = point.authenticate(inquiry.tx, signer.credentials, context.source_ip, inquiry.now)
            mapping = _Mapping(request_map, request, signer)
            self._decide(_in_region(inquiry, mapping.region), caller, service, mapping)
        return _service_caller(caller, request_map, signer)

    def _read_signer(self, request: Request, inquiry: Inquiry, request_map: RequestMap) -> _Signer:
        authorization = request.headers.get("authorization", "")
        if request_map.accepts_api_keys and authorization[: len(_BEARER)].lower() == _BEARER:
            secret = authorization[len(_BEARER) :].strip()[: api_keys.MAX_LENGTH]
            return _Signer(BearerCredentials(secret), "", "", "", None)
        try:
            signature = sigv4.parse_signature(request, inquiry.now, SERVICE_RULES)
        except Fault:
            self._decision_point.count_failure(inquiry.request_context.source_ip)
            raise
        credentials = AccessKeyCredentials(
            signature.access_key_id, signature.session_token, lambda secret: sigv4.verify(signature, secret)
        )
        payload_hash = request.headers.get("x-amz-content-sha256", "")
        return _Signer(
            credentials, signature.service, signature.region, payload_hash, signature.signed_headers
        )

    def _decide(self, inquiry: Inquiry, caller: AuthenticatedCaller, service: str, mapping: _Mapping) -> None:
        """Check what a request needs; AccessDenied if a permission is missing. Both are recorded."""
        subject = decision_events.unmapped(inquiry.account_id, service, mapping.request.headers["host"])
        try:
            mapped = mapping.map_request(inquiry.account_id)
            subject = _mapped_subject(subject, mapped)
            require_permissions(inquiry, caller, mapped.permissions)
        except (AccessDenied, InvalidUri) as fault:
            self._decision_point.record(inquiry, caller, subject, fault)
            raise
        self._decision_point.record(inquiry, caller, subject, None)


def _in_region(inquiry: Inquiry, region: str) -> Inquiry:
    return inquiry._replace(request_context=inquiry.request_context._replace(region=region))


def _mapped_subject(subject: DecisionSubject, mapped: MappedRequest) -> DecisionSubject:
    params = {**subject.params, "resource": mapped.permissions[0].resource_arn}
    return subject._replace(service=mapped.service, event_name=mapped.operation, params=params)


def _service_caller(caller: AuthenticatedCaller, request_map: RequestMap, signer: _Signer) -> ServiceCaller:
    tag_keys = {key.lower(): key for key in request_map.principal_tags}
    tags = {tag_keys[tag.key.lower()]: tag.value for tag in caller.caller.tags if tag.key.lower() in tag_keys}
    return ServiceCaller(
        caller.caller.principal.arn,
        caller.caller.account_id,
        caller.caller.unique_id,
        tags,
        signer.payload_hash,
    )
