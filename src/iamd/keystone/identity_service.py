"""Tokens for stores that know OpenStack's identity service: who somebody is, not what they may do."""

from typing import NamedTuple

from iamd.core.errors import AccessDenied, Fault, InvalidApiKey, InvalidClientTokenId, SignatureDoesNotMatch
from iamd.gate.auth_tokens import AuthTokens
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.credentials import AccessKeyCredentials, AuthTokenCredentials, BearerCredentials
from iamd.gate.decision_events import DecisionSubject
from iamd.gate.decisions import AUTHORIZE_REQUEST, DecisionPoint, Inquiry
from iamd.gate.request_context import RequestContext
from iamd.keystone import documents
from iamd.keystone.auth_request import Login
from iamd.keystone.documents import Document
from iamd.keystone.signed_string import read_signature
from iamd.wire import sigv4

_SERVICE = "keystone"
_MISMATCH_MESSAGE = "The access key is not known, or the signature is not its own."


class TokenNotFound(Fault):
    """The token that should be validated is not valid, or no longer."""

    code = "NotFound"
    status = 404


class TokenResponse(NamedTuple):
    """A token, as in the header X-Subject-Token, and what it says."""

    text: str
    document: Document


class IdentityService:
    """Issues and validates tokens; those of a store tell it who has signed a request."""

    def __init__(self, decision_point: DecisionPoint, auth_tokens: AuthTokens, base_url: str) -> None:
        self._decision_point = decision_point
        self._auth_tokens = auth_tokens
        self._base_url = base_url

    def issue(self, login: Login, context: RequestContext) -> TokenResponse:
        """Issue a token for an API key; InvalidApiKey if it is not valid, or not that of the login's user."""
        point, credentials = self._decision_point, BearerCredentials(login.secret)
        with point.identification(credentials, _SERVICE, context) as inquiry:
            caller = inquiry.asker.caller
            if caller.user is None or not login.is_of(caller.user, caller.account_id, caller.access_key_id):
                point.count_failure(context.peer)
                raise InvalidApiKey("The API key is not that of the user.")
            scope = documents.PER_USER if login.project == documents.PER_USER else ""
            response = self._respond(inquiry, inquiry.asker, scope)
            event = DecisionSubject(inquiry.account_id, "iamd", "IssueAuthToken", _SERVICE, {})
            point.record(inquiry, inquiry.asker, event, None)
        return response

    def validate(self, asker_token: str, subject_token: str, context: RequestContext) -> TokenResponse:
        """Return what a token says.

        Raises InvalidApiKey if the asker's own is not valid, AccessDenied if it may not ask about others',
        and TokenNotFound if the token is not valid or is one of another account.
        """
        credentials = AuthTokenCredentials(asker_token)
        with self._decision_point.identification(credentials, _SERVICE, context) as inquiry:
            if subject_token != asker_token:
                self._require_permission(inquiry)
            found = self._auth_tokens.find(inquiry.tx, subject_token, inquiry.epoch)
        content, user = (found[0], found[1].user) if found else (None, None)
        if content is None or user is None or content.account_id != inquiry.account_id:
            raise TokenNotFound("The token is not valid, or no longer.")
        return TokenResponse(subject_token, documents.token(content, user, self._base_url))

    def authenticate_s3(self, asker_token: str, body: bytes, context: RequestContext) -> TokenResponse:
        """Return a token for whoever signed a request to S3.

        Raises InvalidApiKey or AccessDenied if the asker may not ask, MalformedInput if the request has
        another form, and SignatureDoesNotMatch if nobody of the account has signed so.
        """
        point, credentials = self._decision_point, AuthTokenCredentials(asker_token)
        with point.inquiry(credentials, _SERVICE, AUTHORIZE_REQUEST, context) as asking:
            signature = read_signature(body, asking.now)
            inquiry = asking._replace(request_context=context._replace(region=signature.region))
            caller = self._authenticate(inquiry, signature)
            found = self._auth_tokens.find(inquiry.tx, asker_token, inquiry.epoch)
            response = self._respond(inquiry, caller, found[0].scope if found else "")
            asker_arn = inquiry.asker.caller.principal.arn
            event = DecisionSubject(
                inquiry.account_id, "s3", "AuthenticateRequest", _SERVICE, {"store": asker_arn}
            )
            point.record(inquiry, caller, event, None)
        return response

    def _require_permission(self, inquiry: Inquiry) -> None:
        answer = self._decision_point.may_ask(inquiry, AUTHORIZE_REQUEST)
        if not answer.allowed:
            raise AccessDenied(answer.message)

    def _authenticate(self, inquiry: Inquiry, signature: sigv4.Signature) -> AuthenticatedCaller:
        """Verify a signature; the answer is the same for unknown keys and those of other accounts."""
        credentials = AccessKeyCredentials(
            signature.access_key_id, None, lambda secret: sigv4.verify(signature, secret)
        )
        source_ip = inquiry.request_context.peer
        try:
            caller = self._decision_point.authenticate(inquiry.tx, credentials, source_ip, inquiry.now)
        except (InvalidClientTokenId, SignatureDoesNotMatch) as fault:
            raise SignatureDoesNotMatch(_MISMATCH_MESSAGE) from fault
        if caller.caller.account_id != inquiry.account_id or caller.caller.user is None:
            raise SignatureDoesNotMatch(_MISMATCH_MESSAGE)
        return caller

    def _respond(self, inquiry: Inquiry, caller: AuthenticatedCaller, scope: str) -> TokenResponse:
        """Issue a token for a caller's credential."""
        user, key_id = caller.caller.user, caller.caller.access_key_id
        token = self._auth_tokens.issue(inquiry.tx, inquiry.account_id, key_id, scope, inquiry.epoch)
        if token is None or user is None:  # deleted meanwhile
            raise SignatureDoesNotMatch(_MISMATCH_MESSAGE)
        return TokenResponse(token.text, documents.token(token.content, user, self._base_url))
