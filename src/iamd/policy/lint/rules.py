"""The rules: what can be found, how bad it is, and what it means in a line.

The codes are those of AWS Access Analyzer's policy check reference where it has one, and so are most of the
levels. What a save refuses is an error, whatever Access Analyzer calls it.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple


class Level(Enum):
    """How bad a finding is, in the words of Access Analyzer's ValidatePolicy."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"

    @property
    def rank(self) -> int:
        """The place among the levels, the worst first."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Rule(NamedTuple):
    """A rule; some of its findings may have another level, where a save is refused for instance."""

    level: Level
    title: str


_ERROR_RULES = {
    # The document and its elements.
    "JSON_SYNTAX_ERROR": "The document is not JSON.",
    "DUPLICATE_KEY": "An object has the same key twice.",
    "DOCUMENT_TOO_COMPLEX": "The document is longer, deeper or has longer numbers than can be read.",
    "UNSUPPORTED_CHARACTER": "The document has characters that policies may not have.",
    "DATA_TYPE_MISMATCH": "An element is of another JSON type than it must be.",
    "INVALID_POLICY_ELEMENT": "There is no such element.",
    "INVALID_VERSION": "There is no such version of the policy language, or it may not be used here.",
    "MISSING_STATEMENT": "The policy has no statement.",
    "MISSING_EFFECT": "A statement has no Effect.",
    "INVALID_EFFECT": "Effect is neither Allow nor Deny.",
    "MISSING_ACTION": "A statement has neither Action nor NotAction.",
    "MISSING_RESOURCE": "A statement has neither Resource nor NotResource.",
    "MISSING_PRINCIPAL": "A statement has no Principal.",
    "UNSUPPORTED_ELEMENT_COMBINATION": "Two elements exclude each other.",
    "UNSUPPORTED_PRINCIPAL": "This kind of policy must not have a principal.",
    "UNSUPPORTED_SID": "A Sid has other characters than letters and digits.",
    "UNIQUE_SIDS_REQUIRED": "Two statements have the same Sid.",
    "MALFORMED_POLICY": "The policy would not be saved.",
    # Sizes.
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA": "The policy is longer than identity policies may be.",
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA": "The policy is longer than resource policies may be.",
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": "The policy is longer than trust policies may be.",
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": "The policy is longer than service control policies may be.",
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA": "The policy is longer than resource control policies may be.",
    # Actions.
    "INVALID_ACTION": "There is no such action.",
    "INVALID_SERVICE_IN_ACTION": "There is no service of the action's prefix.",
    "UNSUPPORTED_ACTION_IN_POLICY": "This kind of policy must not have this action.",
    "MISMATCHED_ACTION_FOR_PRINCIPAL": "This kind of principal cannot call this action.",
    # Resources.
    "INVALID_ARN_PREFIX": "A resource is neither an ARN nor *.",
    "INVALID_PARTITION": "An ARN has another partition.",
    "INVALID_ARN_ACCOUNT": "The account of an ARN is not one.",
    "INVALID_ARN_SERVICE_CASE": "The service of an ARN must be in lower case.",
    "MISSING_ARN_FIELD": "An ARN has too few fields, or an empty one.",
    "ARN_REGION_NOT_ALLOWED": "ARNs of this service have no region.",
    "ARN_ACCOUNT_NOT_ALLOWED": "ARNs of this type have no account.",
    "MISSING_ARN_REGION": "ARNs of this type have a region.",
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE": "A trust policy must not have a resource.",
    # Principals.
    "INVALID_PRINCIPAL_FORMAT": "A principal has not the form of one.",
    "INVALID_PRINCIPAL_KEY": "There is no such kind of principal.",
    "INVALID_SERVICE_PRINCIPAL_FORMAT": "A service's principal has not the form of one.",
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL": "Principals have no wildcards, but for * alone.",
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL": "A trust policy must not have a NotPrincipal.",
    "SCP_SYNTAX_ERROR_PRINCIPAL": "A service control policy must not have a principal.",
    "RCP_SYNTAX_ERROR_PRINCIPAL": "A resource control policy speaks of everyone.",
    # Conditions.
    "INVALID_CONDITION_OPERATOR": "There is no such operator.",
    "INVALID_CONDITION_KEY_FORMAT": "A condition key is not service:name.",
    "INVALID_GLOBAL_CONDITION_KEY": "There is no such global condition key.",
    "INVALID_SERVICE": "There is no service of the condition key's prefix.",
    "INVALID_SERVICE_CONDITION_KEY": "The service has no such condition key.",
    "MISSING_TAG_KEY_IN_CONDITION": "A condition key of tags names no tag.",
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE": "Two keys of a condition differ in case only, which says nothing.",
    "NULL_WITH_IF_EXISTS": "Null and IfExists exclude each other.",
    "NULL_WITH_QUALIFIER": "Null and the set operators exclude each other.",
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": "Two truth values for one key: always or never.",
    "MISSING_QUALIFIER": "A key of many values needs ForAllValues or ForAnyValue.",
    # Variables.
    "MISSING_BRACE_IN_VARIABLE": "A variable has no closing brace.",
    "MISSING_QUOTE_IN_VARIABLE": "A variable's default is not in single quotes.",
    "UNSUPPORTED_SPACE_IN_VARIABLE": "A variable's name has a space in it.",
    "EMPTY_VARIABLE": "A variable has no name.",
    "INVALID_VARIABLE_FOR_OPERATOR": "Variables act in String and Arn operators only.",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT": "Variables do not act here.",
    "VARIABLE_UNSUPPORTED_IN_VERSION": "Variables act in Version 2012-10-17 only.",
}

_SECURITY_WARNING_RULES = {
    "ALLOW_WITH_NOT_PRINCIPAL": "Everyone but some is allowed, strangers included.",
    "ALLOW_WITH_NOT_ACTION": "All actions but some are allowed, those still to come included.",
    "ALLOW_WITH_NOT_ACTION_AND_NOT_RESOURCE": "All actions but some on all resources but some are allowed.",
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": "Any role may be passed.",
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE": "Any role may be passed, by a wildcard action.",
    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": "Any role may be passed, by NotAction.",
    "PASS_ROLE_WITH_NOT_RESOURCE": "All roles but some may be passed.",
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": "All roles but some may be passed, by a wildcard.",
    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE": "All roles but some may be passed, by NotAction.",
    "PUBLIC_PRINCIPAL": "Anybody is allowed, and no condition says who.",
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": "A service is allowed on anybody's behalf: a confused deputy.",
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": "Whoever the identity provider knows is allowed.",
    "MISSING_PAIRED_CONDITION_KEYS": "A condition key says little without another.",
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": "ForAllValues is true where the key is missing.",
    "FORALLVALUES_WITHOUT_NULL_CHECK": "ForAllValues in an Allow is true where the key is missing.",
    "DENY_VOID_WHERE_KEY_IS_MISSING": "A Deny does not act where its key is missing.",
    "MFA_IF_EXISTS_IN_ALLOW": "An Allow asks for MFA only of those who have used it.",
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "A Deny by tags is void for some services.",
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "A Deny by tags is void for some.",
    "ROLE_IN_ANY_ACCOUNT": "Roles of any account may be assumed.",
}

_WARNING_RULES = {
    "MISSING_VERSION": "The policy has no Version, and is read as 2008-10-17.",
    "RESOURCE_MISMATCH": "An action does not work on any of the resources.",
    "MISSING_RESOURCE_TYPES": "An action needs types of resources that are not allowed.",
    "MISSING_ARN_ACCOUNT": "ARNs of this type have an account.",
    "INVALID_ARN_RESOURCE": "An ARN has not the form of any type of resource of its service.",
    "UNSUPPORTED_CONDITION_KEY": "None of the actions has this condition key.",
    "UNKNOWN_VARIABLE": "There is no such condition key for a variable.",
    "VARIABLE_OF_MULTIVALUED_KEY": "A key of many values has no value for a variable.",
    "TYPE_MISMATCH": "The operator is for another type of values than the key has.",
    "TYPE_MISMATCH_BOOLEAN": "A value is neither true nor false.",
    "TYPE_MISMATCH_DATE": "A value is no date.",
    "TYPE_MISMATCH_IP_RANGE": "A value is no address and no range of them.",
    "TYPE_MISMATCH_NUMBER": "A value is no number.",
    "TYPE_MISMATCH_STRING": "A value is not base64.",
    "TYPE_MISMATCH_ARN": "A value is no ARN.",
    "WILDCARD_WITHOUT_LIKE_OPERATOR": "Wildcards do not act in StringEquals.",
    "INVALID_DATE_VALUE": "Seconds since 1970 where a date would be read by all.",
    "DATE_IN_PAST": "The date is over.",
    "PRIVATE_IP_ADDRESS": "Public endpoints see no private addresses: never true.",
    "PRIVATE_NOT_IP_ADDRESS": "Public endpoints see no private addresses: always true.",
    "STATEMENT_NEVER_MATCHES": "The conditions contradict each other.",
    "EMPTY_ARRAY_CONDITION": "A condition has no values: never true, or always where it is negated.",
    "ALLOW_VOIDED_BY_DENY": "A Deny takes all of an Allow back.",
    "ALLOW_WITHOUT_EFFECT": "An Allow in this kind of policy does nothing.",
    "ALLOW_WITH_NOT_RESOURCE": "All resources but some are allowed, those still to come included.",
    "DEPRECATED_GLOBAL_CONDITION_KEY": "The global condition key is not to be used any more.",
    "INVALID_ROLE_REFERENCE": "A principal is the ID of a role: perhaps it was deleted.",
    "INVALID_USER_REFERENCE": "A principal is the ID of a user: perhaps it was deleted.",
    "CREATE_SLR_WITH_STAR_IN_RESOURCE": "Service-linked roles of any service may be made.",
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE": "Service-linked roles of any service may be made.",
    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": "Service-linked roles of any service may be made.",
    "CREATE_SLR_WITH_NOT_RESOURCE": "Service-linked roles of most services may be made.",
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": "Service-linked roles of most services may be made.",
    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE": "Service-linked roles of most services may be made.",
    "NOT_FULLY_CHECKED": "There was too much to look at.",
}

_SUGGESTION_RULES = {
    "EMPTY_SID_VALUE": "A Sid is empty.",
    "EMPTY_ARRAY_ACTION": "A list of actions is empty.",
    "EMPTY_ARRAY_RESOURCE": "A list of resources is empty.",
    "EMPTY_ARRAY_PRINCIPAL": "A list of principals is empty.",
    "EMPTY_OBJECT_PRINCIPAL": "A Principal is empty.",
    "EMPTY_OBJECT_CONDITION": "A Condition, or an operator in it, is empty.",
    "EMPTY_ARRAY_CONDITION_FORALLVALUES": "ForAllValues without values tells only whether the key is there.",
    "EMPTY_ARRAY_CONDITION_FORANYVALUE": "ForAnyValue without values tells only whether the key is there.",
    "EMPTY_ARRAY_CONDITION_IFEXISTS": "IfExists without values tells only whether the key is there.",
    "FORANYVALUE_WITH_SINGLE_VALUED_KEY": "A key of a single value needs no set operator.",
    "IFEXISTS_WITH_SET_OPERATOR": "IfExists adds nothing to a set operator.",
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": "Arn operators compare ARNs field by field.",
    "WILDCARD_IN_SERVICE_NAME": "The service of an ARN is a pattern.",
    "UNUSED_RESOURCE": "None of the actions works on this resource.",
    "MISSING_EXTERNAL_ID": "A whole account may assume the role.",
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "An Allow by tags is void for some services.",
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "An Allow by tags is void for some.",
    "IMPROVE_IP_RANGE": "A range of addresses has bits beyond its mask.",
    "PRIVATE_IP_ADDRESS_SUBSET": "Some of the addresses are private.",
    "PRIVATE_NOT_IP_ADDRESS_SUBSET": "Some of the addresses are private.",
    "REDUNDANT_ACTION": "Another entry has all of this one.",
    "REDUNDANT_RESOURCE": "Another entry has all of this one.",
    "REDUNDANT_STATEMENT": "Another statement has all of this one.",
    "REDUNDANT_CONDITION_VALUE_NUM": "One number says as much as all of them.",
}

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        code: Rule(level, title)
        for level, titles in (
            (Level.ERROR, _ERROR_RULES),
            (Level.SECURITY_WARNING, _SECURITY_WARNING_RULES),
            (Level.WARNING, _WARNING_RULES),
            (Level.SUGGESTION, _SUGGESTION_RULES),
        )
        for code, title in titles.items()
    }
)
