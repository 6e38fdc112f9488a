"""Authorization of S3 requests: the client's signature, the permissions, the signature for the store."""

import contextlib
from collections.abc import Collection, Iterator
from typing import NamedTuple

from iamd.core.errors import AccessDenied, Fault, MalformedInput, SignatureDoesNotMatch
from iamd.forward_auth import store_signature
from iamd.forward_auth.backend import Backend
from iamd.forward_auth.signing_rules import S3_RULES
from iamd.forward_auth.store_signature import StoreSignature
from iamd.gate import bucket_policies
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.credentials import AccessKeyCredentials, BearerCredentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.decisions import AUTHORIZE_REQUEST, DecisionPoint, Inquiry, decide_permission
from iamd.gate.request_context import RequestContext
from iamd.services import s3
from iamd.services.s3 import S3Request
from iamd.services.service_request import (
    AmbiguousRequest,
    RequiredPermission,
    ServiceRequest,
    UnmappedRequest,
)
from iamd.wire import sigv4
from iamd.wire.request import Request

_SERVICE = "s3"
# What the proxy must pass to iamd, which keeps bucket policies and needs the bodies or results of the others.
OWN_OPERATIONS = frozenset(
    {
        "DeleteBucket",
        "DeleteBucketPolicy",
        "DeleteObjects",
        "GetBucketPolicy",
        "GetBucketPolicyStatus",
        "PutBucketPolicy",
    }
)


class InvalidUri(MalformedInput):
    """Different programs would read the request differently."""

    code = "InvalidURI"


class UnsupportedSignature(Fault):
    """The request is signed by Signature Version 2, or by something else that S3 no longer supports."""

    code = "InvalidRequest"


class Authorization(NamedTuple):
    """Whose request is allowed, and the signature for the store, if the server knows its credentials."""

    caller_arn: str
    caller_account: str
    caller_id: str
    signature: StoreSignature | None


class S3Question(NamedTuple):
    """A client's request that a proxy asks about, with its caller and what it needs."""

    inquiry: Inquiry
    caller: AuthenticatedCaller
    request: Request
    s3_request: S3Request

    @property
    def bucket(self) -> str:
        """The bucket of the request; empty if it is for none."""
        return self.s3_request.bucket or ""


class S3Authorizer:
    """Authorizes requests to an S3-compatible store, whose buckets belong to the account of who asks.

    `base_hosts` are the host names under which buckets are subdomains.
    """

    def __init__(
        self, decision_point: DecisionPoint, base_hosts: Collection[str], backend: Backend | None
    ) -> None:
        self._decision_point = decision_point
        self._base_hosts = base_hosts
        self._backend = backend

    def authorize(
        self, api_key: BearerCredentials, request: Request, request_context: RequestContext
    ) -> Authorization:
        """Authorize a client's request that goes on to the store; raise the Fault of whatever is wrong."""
        with self.question(api_key, request, request_context) as question:
            if question.s3_request.operation in OWN_OPERATIONS:
                raise AccessDenied(
                    f"Access Denied: the proxy must pass {question.s3_request.operation} to iamd; see "
                    "docs/services.md."
                )
            self.require(question)
            signature = self._sign(question)
        caller = question.caller.caller
        return Authorization(caller.principal.arn, caller.account_id, caller.unique_id, signature)

    @contextlib.contextmanager
    def question(
        self,
        api_key: BearerCredentials,
        request: Request,
        request_context: RequestContext,
        *,
        writes: bool = False,
    ) -> Iterator[S3Question]:
        """Yield a client's request with its caller, in a transaction, which may write if `writes`.

        The permission to ask comes first, then the client's signature, then what the request needs.
        """
        point = self._decision_point
        with point.inquiry(api_key, _SERVICE, AUTHORIZE_REQUEST, request_context, writes=writes) as inquiry:
            caller, region = self._authenticate(inquiry, request)
            in_region = inquiry._replace(request_context=request_context._replace(region=region))
            yield S3Question(in_region, caller, request, _read_s3_request(request, self._base_hosts))

    def require(self, question: S3Question) -> None:
        """Check the permissions that a request needs; AccessDenied, which is recorded, if one is missing."""
        subject = _decision_subject(question)
        try:
            _require_permissions(question)
        except Fault as fault:
            self._decision_point.record(question.inquiry, question.caller, subject, fault)
            raise
        self._decision_point.record(question.inquiry, question.caller, subject, None)

    def _authenticate(self, inquiry: Inquiry, request: Request) -> tuple[AuthenticatedCaller, str]:
        """Verify the client's signature; return the caller and the signature's Region."""
        _refuse_signature_v2(request)
        signature = sigv4.parse_signature(request, inquiry.now, S3_RULES)
        if signature.service != _SERVICE:
            raise SignatureDoesNotMatch("Credential should be scoped to correct service: 's3'.")
        credentials = AccessKeyCredentials(
            signature.access_key_id, signature.session_token, lambda secret: sigv4.verify(signature, secret)
        )
        source_ip = inquiry.request_context.source_ip
        caller = self._decision_point.authenticate(inquiry.tx, credentials, source_ip, inquiry.now)
        return caller, signature.region

    def _sign(self, question: S3Question) -> StoreSignature | None:
        if self._backend is None:
            return None
        return store_signature.sign(
            question.request, question.s3_request.path, self._backend, question.inquiry.now
        )


def _refuse_signature_v2(request: Request) -> None:
    is_in_query = "AWSAccessKeyId=" in request.query and "Signature=" in request.query
    if is_in_query or request.headers.get("authorization", "").startswith("AWS "):
        raise UnsupportedSignature(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )


def _read_s3_request(request: Request, base_hosts: Collection[str]) -> S3Request:
    try:
        service_request = ServiceRequest(request.method, request.path, request.query, request.headers)
        return s3.required_permissions(service_request, base_hosts)
    except AmbiguousRequest as error:
        raise InvalidUri(str(error)) from error
    except UnmappedRequest as error:
        raise AccessDenied(f"Access Denied: {error}") from error


def _require_permissions(question: S3Question) -> None:
    inquiry, caller = question.inquiry, question.caller
    keys = inquiry.condition_keys(caller)
    for required in question.s3_request.permissions:
        permission = RequiredPermission(required.action, required.resource_arn, {**keys, **required.context})
        bucket = required.resource_arn.removeprefix(bucket_policies.bucket_arn("")).partition("/")[0]
        bucket_policy = None if required.resource_arn == "*" else bucket_policies.find(inquiry, bucket)
        answer = decide_permission(inquiry, caller, permission, bucket_policy)
        if not answer.allowed:
            raise AccessDenied(answer.message)


def _decision_subject(question: S3Question) -> DecisionSubject:
    s3_request = question.s3_request
    params = {"Host": question.request.headers["host"]}
    if s3_request.bucket is not None:
        params["bucketName"] = s3_request.bucket
    if s3_request.key is not None:
        params["key"] = s3_request.key
    return DecisionSubject(
        question.inquiry.account_id, _SERVICE, s3_request.operation, question.bucket, params
    )
