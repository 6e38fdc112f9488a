"""Faults: error responses with AWS's error codes and HTTP statuses.

A fault is raised where the error is detected, with AWS's own message, and is returned to the caller
unchanged. Codes and statuses are those of the service models and AWS's "Common Errors" pages for IAM and STS.
"""

from typing import ClassVar


class Fault(Exception):
    """Base class of all error responses; `message` is returned to the caller unchanged."""

    code: ClassVar[str]
    status: ClassVar[int] = 400
    commits: ClassVar[bool] = False  # commit the transaction (attempt counters) instead of rolling it back

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# Malformed requests, rejected before an operation is selected.


class NotFound(Fault):
    code = "NotFound"
    status = 404


class InvalidAction(Fault):
    code = "InvalidAction"


class MissingAction(Fault):
    code = "MissingAction"


class MalformedQueryString(Fault):
    code = "MalformedQueryString"
    status = 404


class MalformedInput(Fault):
    code = "MalformedInput"


class ValidationError(Fault):
    code = "ValidationError"


class RequestEntityTooLarge(Fault):
    code = "RequestEntityTooLarge"
    status = 413


class MissingContentLength(Fault):
    code = "MissingContentLength"
    status = 411


# Authentication and authorization.


class MissingAuthenticationToken(Fault):
    code = "MissingAuthenticationToken"
    status = 403


class IncompleteSignature(Fault):
    code = "IncompleteSignature"


class InvalidClientTokenId(Fault):
    code = "InvalidClientTokenId"
    status = 403


class SignatureDoesNotMatch(Fault):
    code = "SignatureDoesNotMatch"
    status = 403


class SignatureExpired(SignatureDoesNotMatch):
    """The request was signed too long ago, or its presigned URL has expired."""


class SignatureNotYetCurrent(SignatureDoesNotMatch):
    """The request was signed in the future: one of the clocks is wrong."""


class InvalidApiKey(Fault):
    """A service asks without an API key, or with one that is not valid."""

    code = "InvalidApiKey"
    status = 401


class ExpiredToken(Fault):
    code = "ExpiredToken"
    status = 403


class AccessDenied(Fault):
    code = "AccessDenied"
    status = 403


class ConfirmationRequired(Fault):
    """The operation requires that the user confirms the console session again, with the password or MFA."""

    code = "ConfirmationRequired"
    status = 403


class SessionRequired(Fault):
    code = "SessionRequired"
    status = 403


class NoSuchBucketPolicy(Fault):
    code = "NoSuchBucketPolicy"
    status = 404


# Temporary failures and failures of the service.


class Throttling(Fault):
    code = "Throttling"


class ServiceUnavailable(Fault):
    code = "ServiceUnavailable"
    status = 503


class InternalFailure(Fault):
    code = "InternalFailure"
    status = 500


# Errors of operations: entities, policies, identity providers.


class NoSuchEntity(Fault):
    code = "NoSuchEntity"
    status = 404


class EntityAlreadyExists(Fault):
    code = "EntityAlreadyExists"
    status = 409


class DeleteConflict(Fault):
    code = "DeleteConflict"
    status = 409


class LimitExceeded(Fault):
    code = "LimitExceeded"
    status = 409


class ConcurrentModification(Fault):
    code = "ConcurrentModification"
    status = 409


class InvalidInput(Fault):
    code = "InvalidInput"


class MalformedPolicyDocument(Fault):
    code = "MalformedPolicyDocument"


class PackedPolicyTooLarge(Fault):
    code = "PackedPolicyTooLarge"


class ExpiredIdentityToken(Fault):
    code = "ExpiredTokenException"


class InvalidIdentityToken(Fault):
    code = "InvalidIdentityToken"


class IDPRejectedClaim(Fault):
    code = "IDPRejectedClaim"
    status = 403


class IDPCommunicationError(Fault):
    code = "IDPCommunicationError"


class FeatureEnabled(Fault):
    code = "FeatureEnabled"
    status = 409


class FeatureDisabled(Fault):
    code = "FeatureDisabled"
    status = 404


class OutboundWebIdentityFederationDisabled(Fault):
    code = "OutboundWebIdentityFederationDisabledException"
    status = 403


class SessionDurationEscalation(Fault):
    code = "SessionDurationEscalationException"
    status = 403


class JWTPayloadSizeExceeded(Fault):
    code = "JWTPayloadSizeExceededException"


class OpenIdIdpCommunicationError(Fault):
    code = "OpenIdIdpCommunicationError"


class PolicyEvaluation(Fault):
    code = "PolicyEvaluation"
    status = 500


class PolicyNotAttachable(Fault):
    code = "PolicyNotAttachable"


class UnmodifiableEntity(Fault):
    code = "UnmodifiableEntity"


# Errors of operations: passwords, MFA, credential reports.


class PasswordPolicyViolation(Fault):
    code = "PasswordPolicyViolation"


class InvalidUserType(Fault):
    code = "InvalidUserType"


class EntityTemporarilyUnmodifiable(Fault):
    code = "EntityTemporarilyUnmodifiable"
    status = 409


class InvalidAuthenticationCode(Fault):
    code = "InvalidAuthenticationCode"
    status = 403
    commits = True


class ReportNotPresent(Fault):
    code = "ReportNotPresent"
    status = 410


class ReportExpired(Fault):
    code = "ReportExpired"
    status = 410
