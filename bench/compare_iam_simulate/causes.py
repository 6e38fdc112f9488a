"""Known causes of differences between iam-simulate and our evaluator; see docs/policy-language.md.

Everything that is left in a minimal case contributes to the difference, so the case shows the cause.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bench.compare_iam_simulate.cases import CaseEntry
from bench.compare_iam_simulate.shrink import Answers, documents

Predicate = Callable[[CaseEntry, str, Answers], bool]  # the case, the case as JSON text, both answers

_ALLOWED, _IMPLICIT, _EXPLICIT = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"


def find_cause(entry: CaseEntry, answers: Answers) -> str | None:
    """Return the name of the first cause that applies to a minimal case; None if there is none."""
    text = json.dumps(entry)
    return next((name for name, candidate in CAUSES.items() if candidate.applies(entry, text, answers)), None)


class _Condition(NamedTuple):
    """A condition of a case, with the request's value of its key; None if the key is absent."""

    operator: str
    values: str
    request_value: Any


def _conditions(entry: CaseEntry) -> Iterator[_Condition]:
    context = {key.lower(): value for key, value in entry.get("context", {}).items()}
    for _, document in documents(entry):
        for statement in document["Statement"]:
            for operator, block in statement.get("Condition", {}).items():
                for key, values in block.items():
                    yield _Condition(operator, json.dumps(values), context.get(key.lower()))


def _has_condition(
    operator: str, values: str = "", accepts: Callable[[Any], bool] = lambda _given: True
) -> Predicate:
    """Match a condition by patterns for its operator and values, and by the request's value."""
    return lambda entry, _text, _answers: any(
        re.search(operator, condition.operator)
        and re.search(values, condition.values)
        and accepts(condition.request_value)
        for condition in _conditions(entry)
    )


def _matches_text(pattern: str) -> Predicate:
    return lambda _entry, text, _answers: re.search(pattern, text) is not None


def _layer_matches(layer: str, pattern: str) -> Predicate:
    return lambda entry, _text, _answers: re.search(pattern, json.dumps(entry.get(layer))) is not None


def _has_action(action: str) -> Predicate:
    return lambda entry, _text, _answers: entry["action"] == action


def _has_principal(pattern: str) -> Predicate:
    return lambda entry, _text, _answers: re.search(pattern, entry["principal"]) is not None


def _has_answers(ours: str, theirs: str) -> Predicate:
    return lambda _entry, _text, answers: answers == (ours, theirs)


def _has_layer(layer: str) -> Predicate:
    return lambda entry, _text, _answers: layer in entry


def _not(test: Predicate) -> Predicate:
    return lambda entry, text, answers: not test(entry, text, answers)


def _all(*tests: Predicate) -> Predicate:
    return lambda entry, text, answers: all(test(entry, text, answers) for test in tests)


def _is_empty_text(value: Any) -> bool:
    return value in ("", [""])


def _has_empty_value(entry: CaseEntry, _text: str, _answers: Answers) -> bool:
    return "" in entry.get("context", {}).values()


def _is_long_number(value: Any) -> bool:
    return re.fullmatch("[0-9]{16,}", str(value)) is not None


_ONLY_WE_DENY, _ONLY_WE_ALLOW = _has_answers(_IMPLICIT, _ALLOWED), _has_answers(_ALLOWED, _IMPLICIT)
_COLONS_OF_FIVE_FIELDS = 4
_SHORT_ARN = r'"arn:aws:sqs(:\*)?"'


def _has_old_version(text: str) -> bool:
    return text.count('"Statement"') > text.count('"2012-10-17"')


class Cause(NamedTuple):
    """A cause of differences, and which side is right."""

    verdict: str
    applies: Predicate


_WE_ARE_RIGHT, _UNDOCUMENTED = "we are right", "AWS does not say"
_UNSUPPORTED = "AWS does not support it"

CAUSES: dict[str, Cause] = {
    # Principals.
    "GetSessionToken needs no Allow": Cause(
        _WE_ARE_RIGHT, _all(_has_action("sts:GetSessionToken"), _ONLY_WE_ALLOW)
    ),
    "root users have no identity policy": Cause(
        _WE_ARE_RIGHT, _all(_has_principal(":root$"), _ONLY_WE_ALLOW)
    ),
    "root users assume no role": Cause(
        _WE_ARE_RIGHT, _all(_has_principal(":root$"), _has_action("sts:AssumeRole"), _ONLY_WE_DENY)
    ),
    "service-linked roles": Cause(
        _WE_ARE_RIGHT, _all(_has_principal(":role/aws-service-role/"), _matches_text('"[sr]cps"'))
    ),
    "a role without a trust policy": Cause(
        _WE_ARE_RIGHT, _all(_has_action("sts:AssumeRole"), _not(_has_layer("resource_policy")), _ONLY_WE_DENY)
    ),
    "a federation token without a session policy": Cause(
        _WE_ARE_RIGHT,
        _all(_has_principal(":federated-user/"), _not(_has_layer("session_policy")), _ONLY_WE_DENY),
    ),
    "a federated user's namesake": Cause(
        _WE_ARE_RIGHT,
        _all(_has_principal(":federated-user/"), _layer_matches("resource_policy", ":user/fay")),
    ),
    "the case of a role's name": Cause(
        _UNDOCUMENTED,
        _all(_has_principal(":assumed-role/Web"), _layer_matches("resource_policy", ":role/app/web")),
    ),
    "a session policy against a direct grant": Cause(
        _WE_ARE_RIGHT, _all(_has_layer("session_policy"), _has_layer("resource_policy"), _ONLY_WE_ALLOW)
    ),
    "Allow with NotPrincipal against a boundary": Cause(
        _UNSUPPORTED,
        _all(
            _has_principal(":role/"),
            _has_layer("boundary"),
            _layer_matches("resource_policy", "NotPrincipal"),
            _ONLY_WE_ALLOW,
        ),
    ),
    "an account or a role beside what it holds": Cause(
        _WE_ARE_RIGHT,
        lambda entry, _text, answers: answers[0] == _EXPLICIT and "NotPrincipal" in json.dumps(entry),
    ),
    # Conditions.
    "an empty text under a set operator": Cause(
        _WE_ARE_RIGHT, _has_condition("^For", accepts=_is_empty_text)
    ),
    "an empty list": Cause(_WE_ARE_RIGHT, _has_condition("", accepts=lambda given: given == [])),
    "an empty value": Cause(_UNDOCUMENTED, _all(_matches_text(r"\$\{"), _has_empty_value)),
    "an empty default": Cause(_WE_ARE_RIGHT, _has_condition("", ", ''}")),
    "a default with a comma": Cause(_WE_ARE_RIGHT, _has_condition("", "'a, b'}")),
    "an escape where there are no wildcards": Cause(_WE_ARE_RIGHT, _has_condition("Equals", r"\$\{[*?$]\}")),
    "a negated operator with a variable without value": Cause(_WE_ARE_RIGHT, _has_condition("Not", r"\$\{")),
    "a variable before the fifth colon": Cause(_UNDOCUMENTED, _has_condition("Arn", r":\$\{[^}]*:[^}]*\}:")),
    "a variable in Bool": Cause(_UNDOCUMENTED, _has_condition("Bool", r"\$\{")),
    "numbers beyond 2^53": Cause(
        _WE_ARE_RIGHT, _has_condition("Numeric", "900719925474099[23]", _is_long_number)
    ),
    "what begins like a number": Cause(_WE_ARE_RIGHT, _has_condition("Numeric")),
    "seconds since 1970 and years": Cause(_WE_ARE_RIGHT, _has_condition("Date")),
    "base64": Cause(_WE_ARE_RIGHT, _has_condition("Binary")),
    "0.0.0.0/0": Cause(_WE_ARE_RIGHT, _has_condition("IpAddress", "0.0.0.0/0")),
    "single addresses": Cause(_WE_ARE_RIGHT, _has_condition("IpAddress")),
    "an ARN of five fields": Cause(
        _UNDOCUMENTED,
        _has_condition("Arn", accepts=lambda given: str(given).count(":") == _COLONS_OF_FIVE_FIELDS),
    ),
    # Resources.
    "Version": Cause(
        _WE_ARE_RIGHT, _all(_matches_text(r"\$\{"), lambda _entry, text, _answers: _has_old_version(text))
    ),
    "a newline": Cause(_WE_ARE_RIGHT, _matches_text(r"\\n")),
    "NotResource with a variable without value": Cause(
        _WE_ARE_RIGHT, _matches_text(r'"NotResource": "[^"]*\$\{')
    ),
    "NotResource with a short ARN": Cause(_WE_ARE_RIGHT, _matches_text(rf'"NotResource": {_SHORT_ARN}')),
    "a short ARN in an RCP": Cause(_UNDOCUMENTED, _layer_matches("rcps", rf'"Resource": {_SHORT_ARN}')),
    "a * at the end of a field": Cause(_WE_ARE_RIGHT, _matches_text(r":logs:\*:log-group:")),
    "a * in the midst of a field": Cause(_UNDOCUMENTED, _matches_text(r":logs:eu\*3:")),
    "a wildcard in the type of a resource": Cause(_UNDOCUMENTED, _matches_text(r":k\*/1234")),
    "the case of a region": Cause(_WE_ARE_RIGHT, _matches_text(":EU-west-1:")),
    "dots in a region": Cause(_WE_ARE_RIGHT, _matches_text("eu.west.1")),
}
