"""Lint rules: the codes, levels and titles of findings.

The codes are those of IAM Access Analyzer's policy check reference where it has one, and so are most of the
levels. What a save rejects is an error, whatever its level in Access Analyzer.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple


class Level(Enum):
    """The severity of a finding, as in Access Analyzer's ValidatePolicy."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"

    @property
    def rank(self) -> int:
        """The position in order of severity, the most severe first."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Rule(NamedTuple):
    """A lint rule; some of its findings may have another level, for instance if a save is rejected."""

    level: Level
    title: str


_ERROR_RULES = {
    # Document and elements.
    "JSON_SYNTAX_ERROR": "The document is not valid JSON.",
    "DUPLICATE_KEY": "An object has a duplicate key.",
    "DOCUMENT_TOO_COMPLEX": "The document, its nesting or a number in it exceeds the limits of the parser.",
    "UNSUPPORTED_CHARACTER": "The document has characters that are not allowed in policies.",
    "DATA_TYPE_MISMATCH": "An element has the wrong JSON type.",
    "INVALID_POLICY_ELEMENT": "The policy element does not exist.",
    "INVALID_VERSION": "The Version does not exist or is not allowed for this kind of policy.",
    "MISSING_STATEMENT": "The policy has no statement.",
    "MISSING_EFFECT": "A statement has no Effect.",
    "INVALID_EFFECT": "Effect is neither Allow nor Deny.",
    "MISSING_ACTION": "A statement has neither Action nor NotAction.",
    "MISSING_RESOURCE": "A statement has neither Resource nor NotResource.",
    "MISSING_PRINCIPAL": "A statement has no Principal.",
    "UNSUPPORTED_ELEMENT_COMBINATION": "Two elements cannot be used together.",
    "UNSUPPORTED_PRINCIPAL": "This kind of policy must not have a principal.",
    "UNSUPPORTED_SID": "A Sid has characters other than letters and digits.",
    "UNIQUE_SIDS_REQUIRED": "Two statements have the same Sid.",
    "MALFORMED_POLICY": "The policy would be rejected on save.",
    # Sizes.
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA": "The policy exceeds the quota for identity-based policies.",
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA": "The policy exceeds the quota for resource-based policies.",
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA": "The policy exceeds the quota for role trust policies.",
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA": "The policy exceeds the quota for service control policies.",
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA": "The policy exceeds the quota for resource control policies.",
    # Actions.
    "INVALID_ACTION": "The action does not exist.",
    "INVALID_SERVICE_IN_ACTION": "The service of the action does not exist.",
    "UNSUPPORTED_ACTION_IN_POLICY": "The action is not supported in this kind of policy.",
    "MISMATCHED_ACTION_FOR_PRINCIPAL": "The action cannot be called by this type of principal.",
    # Resources.
    "INVALID_ARN_PREFIX": "A resource is neither an ARN nor *.",
    "INVALID_PARTITION": "The partition of an ARN is invalid.",
    "INVALID_ARN_ACCOUNT": "The account ID of an ARN is invalid.",
    "INVALID_ARN_SERVICE_CASE": "The service of an ARN must be in lower case.",
    "MISSING_ARN_FIELD": "An ARN has too few fields, or an empty one.",
    "ARN_REGION_NOT_ALLOWED": "The ARN must not have a region.",
    "ARN_ACCOUNT_NOT_ALLOWED": "The ARN must not have an account ID.",
    "MISSING_ARN_REGION": "The ARN has no region.",
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE": "A trust policy must not have a resource.",
    # Principals.
    "INVALID_PRINCIPAL_FORMAT": "The format of a principal is invalid.",
    "INVALID_PRINCIPAL_KEY": "The principal type does not exist.",
    "INVALID_SERVICE_PRINCIPAL_FORMAT": "The format of a service principal is invalid.",
    "UNSUPPORTED_WILDCARD_IN_PRINCIPAL": "Principals do not support wildcards, except * alone.",
    "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL": "A trust policy must not have a NotPrincipal.",
    "SCP_SYNTAX_ERROR_PRINCIPAL": "A service control policy must not have a principal.",
    "RCP_SYNTAX_ERROR_PRINCIPAL": "The principal of a resource control policy must be *.",
    # Conditions.
    "INVALID_CONDITION_OPERATOR": "The condition operator does not exist.",
    "INVALID_CONDITION_KEY_FORMAT": "A condition key must have the format service:key-name.",
    "INVALID_GLOBAL_CONDITION_KEY": "The global condition key does not exist.",
    "INVALID_SERVICE": "The service of the condition key does not exist.",
    "INVALID_SERVICE_CONDITION_KEY": "The condition key does not exist for the service.",
    "MISSING_TAG_KEY_IN_CONDITION": "A tag condition key has no tag key.",
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE": "Two keys of a condition differ only in case.",
    "NULL_WITH_IF_EXISTS": "Null cannot be used with IfExists.",
    "NULL_WITH_QUALIFIER": "Null cannot be used with a set operator.",
    "INVALID_CONDITION_MULTIPLE_BOOLEAN": "A condition has both true and false for one key.",
    "MISSING_QUALIFIER": "A multivalued key requires ForAllValues or ForAnyValue.",
    # Variables.
    "MISSING_BRACE_IN_VARIABLE": "A variable has no closing brace.",
    "MISSING_QUOTE_IN_VARIABLE": "A variable's default value is not in single quotes.",
    "UNSUPPORTED_SPACE_IN_VARIABLE": "A variable's name has a space in it.",
    "EMPTY_VARIABLE": "A variable has no name.",
    "INVALID_VARIABLE_FOR_OPERATOR": "Variables are supported only in String and Arn operators.",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT": "Variables are not supported in this element.",
    "VARIABLE_UNSUPPORTED_IN_VERSION": "Variables require Version 2012-10-17.",
}

_SECURITY_WARNING_RULES = {
    "ALLOW_WITH_NOT_PRINCIPAL": "Allow with NotPrincipal allows all other principals, even anonymous ones.",
    "ALLOW_WITH_NOT_ACTION": "All actions except those listed are allowed, including future ones.",
    "ALLOW_WITH_NOT_ACTION_AND_NOT_RESOURCE": "All actions and resources except those listed are allowed.",
    "PASS_ROLE_WITH_STAR_IN_RESOURCE": "Any role may be passed.",
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE": "Any role may be passed, by a wildcard action.",
    "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": "Any role may be passed, by NotAction.",
    "PASS_ROLE_WITH_NOT_RESOURCE": "All roles but some may be passed.",
    "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": "All roles but some may be passed, by a wildcard.",
    "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE": "All roles but some may be passed, by NotAction.",
    "PUBLIC_PRINCIPAL": "Everyone is allowed, without a restricting condition.",
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL": "A service principal is a possible confused deputy.",
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL": "Every identity of the OIDC provider is allowed.",
    "MISSING_PAIRED_CONDITION_KEYS": "A condition key requires another key to be specific.",
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": "ForAllValues is true if the key is missing.",
    "FORALLVALUES_WITHOUT_NULL_CHECK": "ForAllValues in an Allow is true if the key is missing.",
    "DENY_VOID_WHERE_KEY_IS_MISSING": "A Deny has no effect if its key is missing.",
    "MFA_IF_EXISTS_IN_ALLOW": "An Allow requires MFA only if the MFA key is present.",
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "A Deny by tags is void for some services.",
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "A Deny by tags is void for some.",
    "ROLE_IN_ANY_ACCOUNT": "Roles of any account may be assumed.",
}

_WARNING_RULES = {
    "MISSING_VERSION": "The policy has no Version and is evaluated as 2008-10-17.",
    "RESOURCE_MISMATCH": "An action does not support any of the resources.",
    "MISSING_RESOURCE_TYPES": "An action requires resource types that are not allowed.",
    "MISSING_ARN_ACCOUNT": "The ARN has no account ID.",
    "INVALID_ARN_RESOURCE": "An ARN matches no resource type of its service.",
    "UNSUPPORTED_CONDITION_KEY": "None of the actions supports the condition key.",
    "UNKNOWN_VARIABLE": "The condition key of a variable does not exist.",
    "VARIABLE_OF_MULTIVALUED_KEY": "A multivalued key cannot be used as a variable.",
    "TYPE_MISMATCH": "The operator does not match the type of the key.",
    "TYPE_MISMATCH_BOOLEAN": "A value is not a boolean.",
    "TYPE_MISMATCH_DATE": "A value is not a date.",
    "TYPE_MISMATCH_IP_RANGE": "A value is not an IP address or range.",
    "TYPE_MISMATCH_NUMBER": "A value is not a number.",
    "TYPE_MISMATCH_STRING": "A value is not base64.",
    "TYPE_MISMATCH_ARN": "A value is not an ARN.",
    "WILDCARD_WITHOUT_LIKE_OPERATOR": "StringEquals does not support wildcards.",
    "INVALID_DATE_VALUE": "A date is in epoch seconds instead of ISO 8601 format.",
    "DATE_IN_PAST": "The date is in the past.",
    "PRIVATE_IP_ADDRESS": "A private IP address never matches at public endpoints.",
    "PRIVATE_NOT_IP_ADDRESS": "A private IP address excludes nothing at public endpoints.",
    "STATEMENT_NEVER_MATCHES": "The conditions contradict each other.",
    "EMPTY_ARRAY_CONDITION": "A condition has no values: it is never true, or always if negated.",
    "ALLOW_VOIDED_BY_DENY": "Everything that an Allow allows is denied.",
    "ALLOW_WITHOUT_EFFECT": "An Allow in this kind of policy has no effect.",
    "ALLOW_WITH_NOT_RESOURCE": "All resources except those listed are allowed, including future ones.",
    "DEPRECATED_GLOBAL_CONDITION_KEY": "The global condition key is deprecated.",
    "INVALID_ROLE_REFERENCE": "A principal is a role ID instead of an ARN; the role may be deleted.",
    "INVALID_USER_REFERENCE": "A principal is a user ID instead of an ARN; the user may be deleted.",
    "CREATE_SLR_WITH_STAR_IN_RESOURCE": "Any service-linked role may be created.",
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE": "Any service-linked role may be created.",
    "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": "Any service-linked role may be created.",
    "CREATE_SLR_WITH_NOT_RESOURCE": "Most service-linked roles may be created.",
    "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": "Most service-linked roles may be created.",
    "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE": "Most service-linked roles may be created.",
    "NOT_FULLY_CHECKED": "The document was not checked completely.",
}

_SUGGESTION_RULES = {
    "EMPTY_SID_VALUE": "A Sid is empty.",
    "EMPTY_ARRAY_ACTION": "A list of actions is empty.",
    "EMPTY_ARRAY_RESOURCE": "A list of resources is empty.",
    "EMPTY_ARRAY_PRINCIPAL": "A list of principals is empty.",
    "EMPTY_OBJECT_PRINCIPAL": "A Principal is empty.",
    "EMPTY_OBJECT_CONDITION": "A Condition, or an operator in it, is empty.",
    "EMPTY_ARRAY_CONDITION_FORALLVALUES": "ForAllValues without values only checks if the key is present.",
    "EMPTY_ARRAY_CONDITION_FORANYVALUE": "ForAnyValue without values only checks if the key is present.",
    "EMPTY_ARRAY_CONDITION_IFEXISTS": "IfExists without values only checks if the key is present.",
    "FORANYVALUE_WITH_SINGLE_VALUED_KEY": "A single-valued key needs no set operator.",
    "IFEXISTS_WITH_SET_OPERATOR": "IfExists has no effect with a set operator.",
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS": "Arn operators compare ARNs field by field.",
    "WILDCARD_IN_SERVICE_NAME": "The service of an ARN has a wildcard.",
    "UNUSED_RESOURCE": "None of the actions supports this resource.",
    "MISSING_EXTERNAL_ID": "A whole account may assume the role without an external ID.",
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "An Allow by tags is void for some services.",
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": "An Allow by tags is void for some.",
    "IMPROVE_IP_RANGE": "An IP range has host bits beyond its mask.",
    "PRIVATE_IP_ADDRESS_SUBSET": "Some of the IP addresses are private.",
    "PRIVATE_NOT_IP_ADDRESS_SUBSET": "Some of the IP addresses are private.",
    "REDUNDANT_ACTION": "Another entry covers this one.",
    "REDUNDANT_RESOURCE": "Another entry covers this one.",
    "REDUNDANT_STATEMENT": "Another statement covers this one.",
    "REDUNDANT_CONDITION_VALUE_NUM": "Only one of the numbers has an effect.",
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
