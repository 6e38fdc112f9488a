"""Authorization of S3 requests: the client's signature, the permissions, the signature for the store."""

import contextlib
from collections.abc import Collection, Iterator
from functools import partial
from typing import NamedTuple

from iamd.core.errors import AccessDenied, Fault, SignatureDoesNotMatch
from iamd.forward_auth import store_signature
from iamd.forward_auth.backend import Backend
from iamd.forward_auth.mapping_faults import InvalidUri, mapping_faults
from iamd.forward_auth.signing_rules import S3_RULES
from iamd.forward_auth.store_signature import StoreSignature
from iamd.gate import bucket_policies, decision_events
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.credentials import AccessKeyCredentials, BearerCredentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.decisions import AUTHORIZE_REQUEST, DecisionPoint, Inquiry, require_permissions
from iamd.gate.request_context import RequestContext
from iamd.services import s3
from iamd.services.s3 import S3Request
from iamd.services.service_request import ServiceRequest
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
_POLICY_OPERATIONS = frozenset({"DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"})


class UnsupportedSignature(Fault):
    """The request is signed by Signature Version 2, or by something else that S3 no longer supports."""

    code = "InvalidRequest"


class Authorization(NamedTuple):
    """Whose request is allowed, and the signature for the store, if the server knows its credentials."""

    caller_arn: str
    caller_account: str
    caller_id: str
    signature: StoreSignature | None


class S3Store(NamedTuple):
    """The store behind the proxies.

    `base_hosts` are the host names under which buckets are subdomains. If iamd knows the store's credentials,
    the `backend`, only proxies of the `account_ids` get signatures of it: whoever does owns the store.
    """

    base_hosts: Collection[str]
    region: str
    backend: Backend | None
    account_ids: frozenset[str]


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
    """Authorizes requests to an S3-compatible store, whose buckets belong to the account of who asks."""

    def __init__(self, decision_point: DecisionPoint, store: S3Store) -> None:
        self._decision_point = decision_point
        self._store = store

    def check_api_key(self, api_key: BearerCredentials, peer: str) -> None:
        """Raise InvalidApiKey if a proxy cannot be authenticated; `peer` is its address."""
        self._decision_point.check_credentials(api_key, peer)

    def authorize(
        self,
        api_key: BearerCredentials,
        request: Request,
        request_context: RequestContext,
        *,
        is_recorded: bool = True,
    ) -> Authorization:
        """Authorize a client's request that goes on to the store; raise the Fault of whatever is wrong."""
        with self.question(api_key, request, request_context, is_recorded=is_recorded) as question:
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
        is_recorded: bool = True,
    ) -> Iterator[S3Question]:
        """Yield a client's request with its caller, in a transaction, which may write if `writes`.

        The permission to ask comes first, then the client's signature, then what the request needs.
        """
        point = self._decision_point
        context = request_context._replace(region=self._store.region)
        with point.inquiry(
            api_key, _SERVICE, AUTHORIZE_REQUEST, context, writes=writes, is_recorded=is_recorded
        ) as inquiry:
            self._check_account(inquiry)
            caller = self._authenticate(inquiry, request)
            yield S3Question(inquiry, caller, request, self._read_s3_request(inquiry, caller, request))

    def require(self, question: S3Question, *, records_success: bool = True) -> None:
        """Check the permissions that a request needs; AccessDenied if one is missing. Both are recorded."""
        with self.recorded(question, records_success=records_success):
            check_permissions(question)

    @contextlib.contextmanager
    def recorded(self, question: S3Question, *, records_success: bool = True) -> Iterator[None]:
        """Record the request when the block ends, with the Fault if there is one.

        Changes of bucket policies are management events, each recorded by itself.
        """
        is_change = question.s3_request.operation in ("PutBucketPolicy", "DeleteBucketPolicy")
        subject = _decision_subject(question)._replace(folds=not is_change, is_change=is_change)
        try:
            yield
        except Fault as fault:
            self._decision_point.record(question.inquiry, question.caller, subject, fault)
            raise
        if records_success:
            self._decision_point.record(question.inquiry, question.caller, subject, None)

    @contextlib.contextmanager
    def change(self, question: S3Question) -> Iterator[S3Question]:
        """Yield the question in a transaction that writes, for what has been authorized already."""
        with self._decision_point.change(question.inquiry) as inquiry:
            yield question._replace(inquiry=inquiry)

    def _check_account(self, inquiry: Inquiry) -> None:
        if self._store.backend is not None and inquiry.account_id not in self._store.account_ids:
            raise AccessDenied(
                "Access Denied: the store does not belong to the account of the proxy's API key. "
                "The server's operator sets the accounts with IAMD_S3_ACCOUNTS."
            )

    def _authenticate(self, inquiry: Inquiry, request: Request) -> AuthenticatedCaller:
        """Verify the client's signature; return the caller."""
        try:
            signature = _read_signature(request, inquiry)
        except Fault:
            self._decision_point.count_failure(inquiry.request_context.source_ip)
            raise
        credentials = AccessKeyCredentials(
            signature.access_key_id, signature.session_token, lambda secret: sigv4.verify(signature, secret)
        )
        source_ip = inquiry.request_context.source_ip
        return self._decision_point.authenticate(inquiry.tx, credentials, source_ip, inquiry.now)

    def _read_s3_request(self, inquiry: Inquiry, caller: AuthenticatedCaller, request: Request) -> S3Request:
        try:
            return _read_s3_request(request, self._store.base_hosts)
        except (AccessDenied, InvalidUri) as fault:
            subject = decision_events.unmapped(inquiry.account_id, _SERVICE, request.headers["host"])
            self._decision_point.record(inquiry, caller, subject, fault)
            raise

    def _sign(self, question: S3Question) -> StoreSignature | None:
        if self._store.backend is None:
            return None
        return store_signature.sign(
            question.request, question.s3_request.path, self._store.backend, question.inquiry.now
        )


def _read_signature(request: Request, inquiry: Inquiry) -> sigv4.Signature:
    _refuse_signature_v2(request)
    signature = sigv4.parse_signature(request, inquiry.now, S3_RULES)
    if signature.service != _SERVICE:
        raise SignatureDoesNotMatch("Credential should be scoped to correct service: 's3'.")
    return signature


def _refuse_signature_v2(request: Request) -> None:
    is_in_query = "AWSAccessKeyId=" in request.query and "Signature=" in request.query
    if is_in_query or request.headers.get("authorization", "").startswith("AWS "):
        raise UnsupportedSignature(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )


def _read_s3_request(request: Request, base_hosts: Collection[str]) -> S3Request:
    service_request = ServiceRequest(request.method, request.path, request.query, request.headers)
    with mapping_faults():
        return s3.required_permissions(service_request, base_hosts)


def check_permissions(question: S3Question) -> None:
    """Raise AccessDenied if a permission that the request needs is missing."""
    inquiry, permissions = question.inquiry, question.s3_request.permissions
    if _is_owner_of_policy(question):
        require_permissions(inquiry, question.caller, permissions)
    else:
        find_policy = partial(bucket_policies.find_for, inquiry)
        require_permissions(inquiry, question.caller, permissions, find_policy)


def _is_owner_of_policy(question: S3Question) -> bool:
    """Tell whether a bucket's policy cannot deny access to itself.

    AWS's API reference, PutBucketPolicy: the root user of the bucket owner's account can always read, replace
    and delete it.
    """
    caller = question.caller.caller
    is_owner = caller.is_root and caller.account_id == question.inquiry.account_id
    return is_owner and question.s3_request.operation in _POLICY_OPERATIONS


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
