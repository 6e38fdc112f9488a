"""Conditions by themselves: operators that fit their keys, and values that operators can read."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from iamd.policy import values
from iamd.policy.document import Condition, Quantifier
from iamd.policy.lint.draft import Draft, Entry, Test
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.known import Known
from iamd.policy.lint.reference import Key, KeyType
from iamd.policy.lint.rules import Level
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.variables import tokens

_ARN_FIELDS = 6
_MILLISECONDS = 100_000_000_000  # more seconds than that since 1970 is the year 5138
_FAMILIES: Final = ("String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn", NULL)
_OPERATORS_OF: Final = {
    KeyType.STRING: ("String", "Arn"),  # the values may well be ARNs
    KeyType.NUMERIC: ("Numeric",),
    KeyType.DATE: ("Date",),
    KeyType.BOOL: ("Bool",),
    KeyType.IP: ("IpAddress",),
    KeyType.ARN: ("Arn", "String"),
    KeyType.BINARY: ("Binary",),
}
# Keys whose values may be read as another type too.
_ALSO: Final = {"aws:epochtime": ("Numeric",)}
_UNREADABLE: Final[dict[str, tuple[Callable[[str], Any], str, str]]] = {
    "Numeric": (values.number, "TYPE_MISMATCH_NUMBER", "no number"),
    "Bool": (values.boolean, "TYPE_MISMATCH_BOOLEAN", "neither true nor false"),
    NULL: (values.boolean, "TYPE_MISMATCH_BOOLEAN", "neither true nor false"),
    "Binary": (values.binary, "TYPE_MISMATCH_STRING", "not base64"),
    "IpAddress": (
        values.network,
        "TYPE_MISMATCH_IP_RANGE",
        "neither an address nor a range as 203.0.113.0/24",
    ),
}
_PRIVATE: Final = tuple(
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


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        services = {place.text.partition(":")[0].lower() for place in entry.texts("Action", "NotAction")}
        for test in entry.tests:
            if not test.condition.values:
                _tell_empty(test, found)
                continue
            _check_if_exists(test, found)
            if key := known.key(test.condition.key, sorted(services & known.services)):
                _check_type(test, key, found)
                _check_quantifier(entry, test, key, found)
            _check_values(test, draft, found)
            _check_addresses(test, found)
            _check_dates(test, draft, found)


def family(condition: Condition) -> str:
    """Return the family of an operator: what its values are read as."""
    name = condition.operator.removeprefix("Not")
    return next(one for one in _FAMILIES if name.startswith(one))


def _tell_empty(test: Test, found: Findings) -> None:
    condition = test.condition
    negated = condition.operator != NULL and OPERATORS[condition.operator].negated
    present = "true only where the key is there" if negated else "never true"
    missing = "always true" if negated else "true only where the key is missing: write Null instead"
    if condition.quantifier is Quantifier.ALL:
        code, said = "EMPTY_ARRAY_CONDITION_FORALLVALUES", missing
    elif condition.quantifier is Quantifier.ANY:
        code, said = "EMPTY_ARRAY_CONDITION_FORANYVALUE", present
    elif condition.if_exists:
        code, said = "EMPTY_ARRAY_CONDITION_IFEXISTS", missing
    else:
        code, said = "EMPTY_ARRAY_CONDITION", "always true" if negated else "never true"
    found.add(code, test.path, f"a condition without values is {said}")


# Operators and keys.


def _check_type(test: Test, key: Key, found: Findings) -> None:
    named = family(test.condition)
    fitting = (*_OPERATORS_OF[key.type], *_ALSO.get(test.key, ()))
    if named == NULL:
        return
    if named not in fitting:
        said = f"{test.condition.key} is of the type {key.type.value}: use {fitting[0]}… operators"
        found.add("TYPE_MISMATCH", test.path, f"{said}, not {test.condition.operator}")
    elif test.condition.operator in ("StringLike", "StringNotLike") and key.type is KeyType.ARN:
        said = f"{test.condition.key} is an ARN: in ArnLike a * stays within its field"
        found.add("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", test.path, said)


def _check_quantifier(entry: Entry, test: Test, key: Key, found: Findings) -> None:
    name, quantifier = test.condition.key, test.condition.quantifier
    if key.listed and quantifier is None and test.condition.operator != NULL:
        said = f"{name} has many values, and a condition without ForAllValues or ForAnyValue never reads them"
        found.add("MISSING_QUALIFIER", test.path, said)
    elif not key.listed and quantifier is Quantifier.ALL:
        level = Level.SECURITY_WARNING if entry.allows else Level.WARNING
        said = f"{name} has one value, and ForAllValues is true where it has none: leave ForAllValues out"
        found.add("FORALLVALUES_WITH_SINGLE_VALUED_KEY", test.path, said, level)
    elif not key.listed and quantifier is Quantifier.ANY:
        said = f"{name} has one value: leave ForAnyValue out"
        found.add("FORANYVALUE_WITH_SINGLE_VALUED_KEY", test.path, said)


def _check_if_exists(test: Test, found: Findings) -> None:
    """Tell an IfExists that adds nothing: a set operator alone says what a missing key means."""
    if test.condition.if_exists and test.condition.quantifier is not None:
        means = "true" if test.condition.quantifier is Quantifier.ALL else "false"
        said = f"{test.condition.quantifier.value} is {means} where the key is missing, with IfExists too"
        found.add("IFEXISTS_WITH_SET_OPERATOR", test.path, f"{said}: leave IfExists out")


# Values.


def _check_values(test: Test, draft: Draft, found: Findings) -> None:
    named = family(test.condition)
    for path, value in test.values():
        if named in _UNREADABLE and "${" not in value:
            reader, code, what = _UNREADABLE[named]
            if reader(value) is None:
                said = f"{shown(value)} is {what}, and the condition is never true of it"
                found.add(code, path, said)
        elif named == "Arn" and not _is_arn(value, draft):
            said = f"{shown(value)} is no ARN of six fields, and an Arn operator never holds for it"
            found.add("TYPE_MISMATCH_ARN", path, said)
        elif test.condition.operator in {"StringEquals", "StringNotEquals"} and _has_wildcard(value):
            said = f"{test.condition.operator} takes * and ? as they are: use StringLike for patterns"
            found.add("WILDCARD_WITHOUT_LIKE_OPERATOR", path, said)
    _check_booleans(test, named, found)
    _check_redundant_numbers(test, named, found)


def _is_arn(value: str, draft: Draft) -> bool:
    """Count the fields as evaluation does: colons inside variables are none."""
    scope: dict[str, str] | None = {} if draft.has_variables else None
    return (
        sum(token.text.count(":") for token in tokens(value, scope) if not token.variable) >= _ARN_FIELDS - 1
    )


def _has_wildcard(value: str) -> bool:
    return bool({*"*?"} & {*"".join(token.text for token in tokens(value, {}) if not token.variable)})


def _check_booleans(test: Test, named: str, found: Findings) -> None:
    if named in {"Bool", NULL} and len({value.lower() for value in test.condition.values}) > 1:
        said = "true and false for one key: the condition says nothing"
        found.add("INVALID_CONDITION_MULTIPLE_BOOLEAN", test.path, said)


def _check_redundant_numbers(test: Test, named: str, found: Findings) -> None:
    bounds = test.condition.operator.endswith(("Than", "ThanEquals"))
    if named not in {"Numeric", "Date"} or not bounds or len(test.condition.values) < 2:
        return
    which = "greatest" if "Less" in test.condition.operator else "least"
    said = f"one of the values is enough, so the {which} of them decides"
    found.add("REDUNDANT_CONDITION_VALUE_NUM", test.path, said)


# Addresses.


def _check_addresses(test: Test, found: Findings) -> None:
    if family(test.condition) != "IpAddress":
        return
    blocks = [(path, value, values.network(value)) for path, value in test.values()]
    for path, value, block in blocks:
        if block is not None and "/" in value and values.address(value.partition("/")[0]) != block[0]:
            found.add("IMPROVE_IP_RANGE", path, f"the bits beyond the mask are ignored: write {block}")
    if test.key == "aws:sourceip":
        _check_private(test, [(path, block) for path, _, block in blocks if block is not None], found)


def _check_private(test: Test, blocks: list[tuple[str, IPv4Network | IPv6Network]], found: Findings) -> None:
    private = [path for path, block in blocks if _is_private(block)]
    stem = "PRIVATE_NOT_IP_ADDRESS" if "Not" in test.condition.operator else "PRIVATE_IP_ADDRESS"
    said = "a public endpoint never sees a private address"
    if private and len(private) == len(blocks):
        found.add(stem, test.path, f"{said}: for endpoints of a VPC there is aws:VpcSourceIp")
    else:
        for path in private:
            found.add(f"{stem}_SUBSET", path, said)


def _is_private(block: IPv4Network | IPv6Network) -> bool:
    return any(block.version == one.version and block.subnet_of(one) for one in _PRIVATE)  # type: ignore[arg-type]


# Dates.


def _check_dates(test: Test, draft: Draft, found: Findings) -> None:
    if family(test.condition) != "Date":
        return
    for path, value in test.values():
        moment = values.instant(value)
        if moment is None:
            continue
        if moment > _MILLISECONDS:
            said = f"{shown(value)} seconds since 1970 is far away: are these milliseconds?"
            found.add("INVALID_DATE_VALUE", path, said)
        elif value.lstrip("-").isdecimal() and len(value) != 4 and test.key != "aws:epochtime":
            said = f"write a date instead of seconds since 1970: {shown(value)} is hard to read"
            found.add("INVALID_DATE_VALUE", path, said)
    _check_past(test, draft, found)


def _check_past(test: Test, draft: Draft, found: Findings) -> None:
    moments = [values.instant(value) for value in test.condition.values]
    if draft.now is None or test.key not in {"aws:currenttime", "aws:epochtime"} or None in moments:
        return
    now = int(draft.now.timestamp())
    over = all(moment is not None and moment < now for moment in moments)
    if over and test.condition.operator.startswith(("DateLessThan", "DateEquals")):
        found.add("DATE_IN_PAST", test.path, "the date is over, so the statement does not act any more")
