"""Global condition keys and their types ("AWS global condition context keys", IAM User Guide)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from iamd.policy.lint.reference import ConditionKey, KeyType

_SINGLE_VALUED: Final = {
    KeyType.STRING: (
        "aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc aws:FederatedProvider "
        "aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalOrgMasterAccountId aws:PrincipalServiceName "
        "aws:PrincipalTag/${TagKey} "
        "aws:PrincipalType aws:RequestedRegion aws:RequestTag/${TagKey} aws:ResourceAccount "
        "aws:ResourceOrgID aws:ResourceTag/${TagKey} aws:SourceAccount aws:SourceIdentity aws:SourceOrgID "
        "aws:SourceVpc aws:SourceVpce aws:UserAgent aws:VpceAccount aws:VpceOrgID aws:referer aws:userid "
        "aws:username glue:CredentialIssuingService glue:RoleAssumedBy identitystore:UserId"
    ),
    KeyType.ARN: (
        "aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn "
        "codebuild:BuildArn codebuild:ProjectArn ec2:SourceInstanceARN lambda:SourceFunctionArn "
        "ssm:SourceInstanceARN"
    ),
    KeyType.BOOL: (
        "aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService "
        "aws:SecureTransport "
        "aws:ViaAWSMCPService aws:ViaAWSService"
    ),
    KeyType.NUMERIC: "aws:MultiFactorAuthAge",
    KeyType.DATE: "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
    KeyType.IP: "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
}
_MULTIVALUED: Final = (
    "aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths "
    "aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths"
)

# Deprecated keys and their replacements.
DEPRECATED_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {"aws:arn": "aws:PrincipalArn or aws:SourceArn", "aws:sourceowner": "aws:SourceAccount"}
)
# Keys that are specific only together with one of the other keys.
PAIRED_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount")}
)
# Tag keys, which only some services support.
TAG_KEY_PREFIXES: Final = ("aws:resourcetag/", "aws:requesttag/", "aws:tagkeys")


def _global_keys() -> Iterator[ConditionKey]:
    for key_type, names in _SINGLE_VALUED.items():
        yield from (ConditionKey(name, key_type) for name in names.split())
    yield from (ConditionKey(name, KeyType.STRING, is_multivalued=True) for name in _MULTIVALUED.split())


GLOBAL_KEYS: Final[Mapping[str, ConditionKey]] = MappingProxyType(
    {key.name.lower(): key for key in _global_keys()}
)
