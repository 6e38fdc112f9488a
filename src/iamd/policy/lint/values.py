"""Lint checks of conditions: operators and value types, set operators, IP ranges, dates."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from iamd.policy import values
from iamd.policy.document import Condition, Quantifier
from iamd.policy.lint.document import ConditionClause, LintDocument, StatementNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.reference import ConditionKey, KeyType
from iamd.policy.lint.rules import Level
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.variables import tokenize

_ARN_FIELDS = 6
_MAX_PLAUSIBLE_SECONDS = 100_000_000_000  # epoch seconds; in the year 5138
_FAMILIES: Final = ("String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn", NULL)
_FAMILIES_BY_KEY_TYPE: Final = {
    KeyType.STRING: ("String", "Arn"),  # the values may be ARNs
    KeyType.NUMERIC: ("Numeric",),
    KeyType.DATE: ("Date",),
    KeyType.BOOL: ("Bool",),
    KeyType.IP: ("IpAddress",),
    KeyType.ARN: ("Arn", "String"),
    KeyType.BINARY: ("Binary",),
}
# Keys that also support operators of another type.
_EXTRA_FAMILIES: Final = {"aws:epochtime": ("Numeric",)}
_VALUE_PARSERS: Final[dict[str, tuple[Callable[[str], Any], str, str]]] = {
    "Numeric": (values.number, "TYPE_MISMATCH_NUMBER", "not a number"),
    "Bool": (values.boolean, "TYPE_MISMATCH_BOOLEAN", "neither true nor false"),
    NULL: (values.boolean, "TYPE_MISMATCH_BOOLEAN", "neither true nor false"),
    "Binary": (values.binary, "TYPE_MISMATCH_STRING", "not base64"),
    "IpAddress": (
        values.network,
        "TYPE_MISMATCH_IP_RANGE",
        "neither an IP address nor a range such as 203.0.113.0/24",
    ),
}
_PRIVATE_NETWORKS: Final = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        services = {action.text.partition(":")[0].lower() for action in node.texts("Action", "NotAction")}
        for clause in node.clauses:
            if not clause.condition.values:
                _add_empty_values(clause, findings)
                continue
            _check_if_exists(clause, findings)
            if key := catalog.find_key(clause.condition.key, sorted(services & catalog.services)):
                _check_type(clause, key, findings)
                _check_quantifier(node, clause, key, findings)
            _check_values(clause, document, findings)
            _check_addresses(clause, findings)
            _check_dates(clause, document, findings)


def operator_family(condition: Condition) -> str:
    """Return the family of an operator, which determines how its values are parsed."""
    name = condition.operator.removeprefix("Not")
    return next(candidate for candidate in _FAMILIES if name.startswith(candidate))


def _add_empty_values(clause: ConditionClause, findings: Findings) -> None:
    condition = clause.condition
    is_negated = condition.operator != NULL and OPERATORS[condition.operator].negated
    true_if_present = "true only if the key is present" if is_negated else "never true"
    true_if_missing = "always true" if is_negated else "true only if the key is missing: use Null instead"
    if condition.quantifier is Quantifier.ALL:
        code, message = "EMPTY_ARRAY_CONDITION_FORALLVALUES", true_if_missing
    elif condition.quantifier is Quantifier.ANY:
        code, message = "EMPTY_ARRAY_CONDITION_FORANYVALUE", true_if_present
    elif condition.if_exists:
        code, message = "EMPTY_ARRAY_CONDITION_IFEXISTS", true_if_missing
    else:
        code, message = "EMPTY_ARRAY_CONDITION", "always true" if is_negated else "never true"
    findings.add(code, clause.path, f"a condition without values is {message}")


# Operators and keys.


def _check_type(clause: ConditionClause, key: ConditionKey, findings: Findings) -> None:
    family_name = operator_family(clause.condition)
    allowed_families = (*_FAMILIES_BY_KEY_TYPE[key.type], *_EXTRA_FAMILIES.get(clause.key, ()))
    if family_name == NULL:
        return
    if family_name not in allowed_families:
        message = f"{clause.condition.key} is of type {key.type.value}: use {allowed_families[0]} operators"
        findings.add("TYPE_MISMATCH", clause.path, f"{message}, not {clause.condition.operator}")
    elif clause.condition.operator in ("StringLike", "StringNotLike") and key.type is KeyType.ARN:
        message = f"{clause.condition.key} is an ARN: use ArnLike, where * stays within its field"
        findings.add("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", clause.path, message)


def _check_quantifier(
    node: StatementNode, clause: ConditionClause, key: ConditionKey, findings: Findings
) -> None:
    name, quantifier = clause.condition.key, clause.condition.quantifier
    if key.is_multivalued and quantifier is None and clause.condition.operator != NULL:
        message = f"{name} is multivalued: without ForAllValues or ForAnyValue its values are not compared"
        findings.add("MISSING_QUALIFIER", clause.path, message)
    elif not key.is_multivalued and quantifier is Quantifier.ALL:
        level = Level.SECURITY_WARNING if node.is_allow else Level.WARNING
        message = f"{name} is single-valued, and ForAllValues is true if it is missing: remove ForAllValues"
        findings.add("FORALLVALUES_WITH_SINGLE_VALUED_KEY", clause.path, message, level)
    elif not key.is_multivalued and quantifier is Quantifier.ANY:
        message = f"{name} is single-valued: remove ForAnyValue"
        findings.add("FORANYVALUE_WITH_SINGLE_VALUED_KEY", clause.path, message)


def _check_if_exists(clause: ConditionClause, findings: Findings) -> None:
    """Report an IfExists without effect: a set operator determines the result for a missing key."""
    if clause.condition.if_exists and clause.condition.quantifier is not None:
        result = "true" if clause.condition.quantifier is Quantifier.ALL else "false"
        message = f"{clause.condition.quantifier.value} is {result} if the key is missing, even with IfExists"
        findings.add("IFEXISTS_WITH_SET_OPERATOR", clause.path, f"{message}: remove IfExists")


# Values.


def _check_values(clause: ConditionClause, document: LintDocument, findings: Findings) -> None:
    family_name = operator_family(clause.condition)
    for path, value in clause.values():
        if family_name in _VALUE_PARSERS and "${" not in value:
            reader, code, expectation = _VALUE_PARSERS[family_name]
            if reader(value) is None:
                message = f"{quote(value)} is {expectation}, so the condition is never true for it"
                findings.add(code, path, message)
        elif family_name == "Arn" and not _is_arn(value, document):
            message = f"{quote(value)} is not an ARN with six fields, so an Arn operator never matches it"
            findings.add("TYPE_MISMATCH_ARN", path, message)
        elif clause.condition.operator in {"StringEquals", "StringNotEquals"} and _has_wildcard(value):
            like_operator = clause.condition.operator.replace("Equals", "Like")
            message = f"{clause.condition.operator} does not support wildcards: use {like_operator}"
            findings.add("WILDCARD_WITHOUT_LIKE_OPERATOR", path, message)
    _check_booleans(clause, family_name, findings)
    _check_redundant_numbers(clause, family_name, findings)


def _is_arn(value: str, document: LintDocument) -> bool:
    """Return whether a value has six fields, not counting colons in variables, as evaluation does."""
    scope: dict[str, str] | None = {} if document.has_variables else None
    return (
        sum(token.text.count(":") for token in tokenize(value, scope) if not token.is_variable)
        >= _ARN_FIELDS - 1
    )


def _has_wildcard(value: str) -> bool:
    return bool({*"*?"} & {*"".join(token.text for token in tokenize(value, {}) if not token.is_variable)})


def _check_booleans(clause: ConditionClause, family_name: str, findings: Findings) -> None:
    if family_name in {"Bool", NULL} and len({value.lower() for value in clause.condition.values}) > 1:
        message = "both true and false for one key: the condition restricts nothing"
        findings.add("INVALID_CONDITION_MULTIPLE_BOOLEAN", clause.path, message)


def _check_redundant_numbers(clause: ConditionClause, family_name: str, findings: Findings) -> None:
    is_bound = clause.condition.operator.endswith(("Than", "ThanEquals"))
    if family_name not in {"Numeric", "Date"} or not is_bound or len(clause.condition.values) < 2:
        return
    deciding_value = "greatest" if "Less" in clause.condition.operator else "least"
    message = f"only the {deciding_value} of the values has an effect"
    findings.add("REDUNDANT_CONDITION_VALUE_NUM", clause.path, message)


# Addresses.


def _check_addresses(clause: ConditionClause, findings: Findings) -> None:
    if operator_family(clause.condition) != "IpAddress":
        return
    blocks = [(path, value, values.network(value)) for path, value in clause.values()]
    for path, value, block in blocks:
        if block is not None and "/" in value and values.address(value.partition("/")[0]) != block[0]:
            findings.add("IMPROVE_IP_RANGE", path, f"host bits are ignored: use {block}")
    if clause.key == "aws:sourceip":
        _check_private(clause, [(path, block) for path, _, block in blocks if block is not None], findings)


def _check_private(
    clause: ConditionClause, blocks: list[tuple[str, IPv4Network | IPv6Network]], findings: Findings
) -> None:
    private_paths = [path for path, block in blocks if _is_private(block)]
    code = "PRIVATE_NOT_IP_ADDRESS" if "Not" in clause.condition.operator else "PRIVATE_IP_ADDRESS"
    message = "requests to public endpoints never have a private IP address"
    if private_paths and len(private_paths) == len(blocks):
        findings.add(code, clause.path, f"{message}: use aws:VpcSourceIp for VPC endpoints")
    else:
        for path in private_paths:
            findings.add(f"{code}_SUBSET", path, message)


def _is_private(block: IPv4Network | IPv6Network) -> bool:
    return any(block.version == network.version and block.subnet_of(network) for network in _PRIVATE_NETWORKS)  # type: ignore[arg-type]


# Dates.


def _check_dates(clause: ConditionClause, document: LintDocument, findings: Findings) -> None:
    if operator_family(clause.condition) != "Date":
        return
    for path, value in clause.values():
        moment = values.instant(value)
        if moment is None:
            continue
        if moment > _MAX_PLAUSIBLE_SECONDS:
            message = f"{quote(value)} is too large for epoch seconds: is it in milliseconds?"
            findings.add("INVALID_DATE_VALUE", path, message)
        elif value.lstrip("-").isdecimal() and len(value) != 4 and clause.key != "aws:epochtime":
            message = f"use an ISO 8601 date instead of the epoch seconds {quote(value)}"
            findings.add("INVALID_DATE_VALUE", path, message)
    _check_past(clause, document, findings)


def _check_past(clause: ConditionClause, document: LintDocument, findings: Findings) -> None:
    moments = [values.instant(value) for value in clause.condition.values]
    if document.now is None or clause.key not in {"aws:currenttime", "aws:epochtime"} or None in moments:
        return
    now = int(document.now.timestamp())
    is_past = all(moment is not None and moment < now for moment in moments)
    if is_past and clause.condition.operator.startswith(("DateLessThan", "DateEquals")):
        findings.add("DATE_IN_PAST", clause.path, "the date is in the past: the condition is no longer true")
