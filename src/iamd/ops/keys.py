"""Condition keys that requests bring along, each declared once with AWS's spelling."""

from iamd.ops.operation import Context, Keys, Params, Target


def _tagging(params: Params, _target: Target) -> Context:
    tags = params.get("tags") or ()
    if not tags:
        return {}
    named = {f"aws:requesttag/{tag['key'].lower()}": tag["value"] for tag in tags}
    return {**named, "aws:tagkeys": tuple(tag["key"] for tag in tags)}


def _untagging(params: Params, _target: Target) -> Context:
    return {"aws:tagkeys": tuple(params["tag_keys"])}


def _wanted_boundary(params: Params, _target: Target) -> Context:
    wanted = params.get("permissions_boundary")
    return {"iam:permissionsboundary": wanted} if wanted else {}


def _held_boundary(_params: Params, target: Target) -> Context:
    held = target.record.boundary_arn if target.record else None
    return {"iam:permissionsboundary": held} if held else {}


def _assuming(params: Params, _target: Target) -> Context:
    named = {
        f"sts:{key.replace('_', '')}": params[key]
        for key in ("external_id", "role_session_name", "source_identity")
        if key in params
    }
    transitive = params.get("transitive_tag_keys")
    passed_on: Context = {"sts:transitivetagkeys": tuple(transitive)} if transitive else {}
    return {**named, **passed_on}


def _policy_arn(params: Params, _target: Target) -> Context:
    return {"iam:policyarn": params["policy_arn"]}


def _security_key(state: str | None) -> Keys:
    """Return the keys of a passkey's registration; its maker is not asked for, so nothing certifies it."""
    names = (
        "iam:FIDO-FIPS-140-2-certification",
        "iam:FIDO-FIPS-140-3-certification",
        "iam:FIDO-certification",
        "iam:RegisterSecurityKey",
    )
    context = {"iam:registersecuritykey": state} if state else {}
    return Keys(names, lambda _params, _target: context)


TAGGING = Keys(("aws:RequestTag/${TagKey}", "aws:TagKeys"), _tagging)
UNTAGGING = Keys(("aws:TagKeys",), _untagging)
WANTED_BOUNDARY = Keys(("iam:PermissionsBoundary",), _wanted_boundary)
HELD_BOUNDARY = Keys(("iam:PermissionsBoundary",), _held_boundary)
POLICY_ARN = Keys(("iam:PolicyARN",), _policy_arn)
SERVICE_NAME = Keys(
    ("iam:AWSServiceName",), lambda params, _target: {"iam:awsservicename": params["aws_service_name"]}
)
# Role templates are AWS's; no role here is made from one.
NO_ROLE_TEMPLATE = Keys(("iam:RoleTemplateARN",), lambda _params, _target: {})
NO_SECURITY_KEY = _security_key(None)
NEW_SECURITY_KEY = _security_key("create")
MADE_SECURITY_KEY = _security_key("activate")
ASSUMING = Keys(
    ("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys"),
    _assuming,
)
# The request names the session. The rest comes with the caller, whom the provider's token describes, and so
# do the provider's own keys (`<host>:sub` and so on).
WEB_IDENTITY = Keys(
    (
        "aws:RequestTag/${TagKey}",
        "aws:TagKeys",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
    ),
    _assuming,
)
