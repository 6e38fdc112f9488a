"""Condition keys whose values come from an operation's parameters or target, in AWS's spelling."""

from iamd.framework.operation import ConditionKeys, Context, Params, Target

DEFAULT_TOKEN_SECONDS = 300  # of a web identity token
_CREDENTIAL_SERVICE_NAME = "iam:ServiceSpecificCredentialServiceName"


def _request_tags(params: Params, _target: Target) -> Context:
    tags = params.get("tags") or ()
    if not tags:
        return {}
    request_tags = {f"aws:requesttag/{tag['key'].lower()}": tag["value"] for tag in tags}
    return {**request_tags, "aws:tagkeys": tuple(tag["key"] for tag in tags)}


def _tag_keys(params: Params, _target: Target) -> Context:
    return {"aws:tagkeys": tuple(params["tag_keys"])}


def _requested_boundary(params: Params, _target: Target) -> Context:
    boundary_arn = params.get("permissions_boundary")
    return {"iam:permissionsboundary": boundary_arn} if boundary_arn else {}


def _current_boundary(_params: Params, target: Target) -> Context:
    boundary_arn = target.record.boundary_arn if target.record else None
    return {"iam:permissionsboundary": boundary_arn} if boundary_arn else {}


def _role_session_keys(params: Params, _target: Target) -> Context:
    session_keys = {
        f"sts:{key.replace('_', '')}": params[key]
        for key in ("external_id", "role_session_name", "source_identity")
        if key in params
    }
    transitive_tag_keys = params.get("transitive_tag_keys")
    transitive_keys: Context = (
        {"sts:transitivetagkeys": tuple(transitive_tag_keys)} if transitive_tag_keys else {}
    )
    return {**session_keys, **transitive_keys}


def _policy_arn(params: Params, _target: Target) -> Context:
    return {"iam:policyarn": params["policy_arn"]}


def _security_key(state: str | None) -> ConditionKeys:
    """Return the condition keys of a passkey registration.

    No attestation is requested, so the FIDO certification keys never have a value.
    """
    names = (
        "iam:FIDO-FIPS-140-2-certification",
        "iam:FIDO-FIPS-140-3-certification",
        "iam:FIDO-certification",
        "iam:RegisterSecurityKey",
    )
    context = {"iam:registersecuritykey": state} if state else {}
    return ConditionKeys(names, lambda _params, _target: context)


def _web_identity_token_keys(params: Params, _target: Target) -> Context:
    return {
        "sts:durationseconds": str(params.get("duration_seconds", DEFAULT_TOKEN_SECONDS)),
        "sts:identitytokenaudience": tuple(params["audience"]),
        "sts:signingalgorithm": params["signing_algorithm"],
    }


REQUEST_TAGS = ConditionKeys(("aws:RequestTag/${TagKey}", "aws:TagKeys"), _request_tags)
TAG_KEYS = ConditionKeys(("aws:TagKeys",), _tag_keys)
REQUESTED_BOUNDARY = ConditionKeys(("iam:PermissionsBoundary",), _requested_boundary)
CURRENT_BOUNDARY = ConditionKeys(("iam:PermissionsBoundary",), _current_boundary)
POLICY_ARN = ConditionKeys(("iam:PolicyARN",), _policy_arn)
SERVICE_NAME = ConditionKeys(
    ("iam:AWSServiceName",), lambda params, _target: {"iam:awsservicename": params["aws_service_name"]}
)
CREDENTIAL_AGE = ConditionKeys(
    ("iam:ServiceSpecificCredentialAgeDays",),
    lambda params, _target: (
        {"iam:servicespecificcredentialagedays": str(params["credential_age_days"])}
        if "credential_age_days" in params
        else {}
    ),
)
REQUESTED_CREDENTIAL_SERVICE = ConditionKeys(
    (_CREDENTIAL_SERVICE_NAME,),
    lambda params, _target: {_CREDENTIAL_SERVICE_NAME.lower(): params["service_name"]},
)
CREDENTIAL_SERVICE = ConditionKeys(
    (_CREDENTIAL_SERVICE_NAME,),
    lambda _params, target: (
        {} if target.record is None else {_CREDENTIAL_SERVICE_NAME.lower(): target.record.service_name}
    ),
)
# Role templates exist on AWS only, so the key never has a value.
NO_ROLE_TEMPLATE = ConditionKeys(("iam:RoleTemplateARN",), lambda _params, _target: {})
NO_SECURITY_KEY = _security_key(None)
NEW_SECURITY_KEY = _security_key("create")
ACTIVATED_SECURITY_KEY = _security_key("activate")
ROLE_SESSION = ConditionKeys(
    ("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys"),
    _role_session_keys,
)
# Only the session name is in the request. The values of the other keys, and the provider's own keys
# (`<host>:sub` and so on), are in the caller's context: they come from the provider's token.
WEB_IDENTITY = ConditionKeys(
    (
        "aws:RequestTag/${TagKey}",
        "aws:TagKeys",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
    ),
    _role_session_keys,
)
WEB_IDENTITY_TOKEN = ConditionKeys(
    ("sts:DurationSeconds", "sts:IdentityTokenAudience", "sts:SigningAlgorithm"), _web_identity_token_keys
)
