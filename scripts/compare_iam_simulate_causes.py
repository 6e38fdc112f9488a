"""Why iam-simulate and we answer a smallest case differently; what AWS says is in docs/policy-language.md.

In a smallest case everything that is left has a part in the disagreement, so a cause is told by what is left.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from scripts.compare_iam_simulate_cases import Entry
from scripts.compare_iam_simulate_shrink import Answers, documents

Applies = Callable[[Entry, str, Answers], bool]  # of the case, the case as text, both answers

_ALLOWED, _IMPLICIT = "Allowed", "ImplicitlyDenied"


def cause(entry: Entry, answers: Answers) -> str | None:
    """Return the name of the first cause that applies to a smallest case."""
    text = json.dumps(entry)
    return next((name for name, applies in CAUSES.items() if applies(entry, text, answers)), None)


class _Condition(NamedTuple):
    """One condition of a case, with the request's value; None where the key is absent."""

    operator: str
    values: str
    given: Any


def _conditions(entry: Entry) -> Iterator[_Condition]:
    context = {key.lower(): value for key, value in entry.get("context", {}).items()}
    for _, document in documents(entry):
        for statement in document["Statement"]:
            for operator, block in statement.get("Condition", {}).items():
                for key, values in block.items():
                    yield _Condition(operator, json.dumps(values), context.get(key.lower()))


def _condition(operator: str, values: str = "", given: Callable[[Any], bool] = lambda _given: True) -> Applies:
    """Match a condition by patterns of its operator and its values, and by what the request has."""
    return lambda entry, _text, _answers: any(
        re.search(operator, one.operator) and re.search(values, one.values) and given(one.given)
        for one in _conditions(entry)
    )


def _says(pattern: str) -> Applies:
    return lambda _entry, text, _answers: re.search(pattern, text) is not None


def _in_layer(layer: str, pattern: str) -> Applies:
    return lambda entry, _text, _answers: re.search(pattern, json.dumps(entry.get(layer))) is not None


def _asks(action: str) -> Applies:
    return lambda entry, _text, _answers: entry["action"] == action


def _calls(pattern: str) -> Applies:
    return lambda entry, _text, _answers: re.search(pattern, entry["principal"]) is not None


def _answers(ours: str, theirs: str) -> Applies:
    return lambda _entry, _text, answers: answers == (ours, theirs)


def _has(layer: str) -> Applies:
    return lambda entry, _text, _answers: layer in entry


def _not(test: Applies) -> Applies:
    return lambda entry, text, answers: not test(entry, text, answers)


def _all(*tests: Applies) -> Applies:
    return lambda entry, text, answers: all(test(entry, text, answers) for test in tests)


def _is_long_number(given: Any) -> bool:
    return re.fullmatch("[0-9]{16,}", str(given)) is not None


def _is_absent(given: Any) -> bool:
    return given is None or given == []


_DENIED_HERE, _ALLOWED_HERE = _answers(_IMPLICIT, _ALLOWED), _answers(_ALLOWED, _IMPLICIT)
_FIVE_FIELDS = 4  # colons
_SHORT_ARN = r'"arn:aws:sqs(:\*)?"'

CAUSES: dict[str, Applies] = {
    # Who calls.
    "GetSessionToken needs no Allow": _asks("sts:GetSessionToken"),
    "GetCallerIdentity by nobody": _all(_asks("sts:GetCallerIdentity"), _calls("^$")),
    "root users have no identity policy": _all(_calls(":root$"), _ALLOWED_HERE),
    "root users assume no role": _all(_calls(":root$"), _asks("sts:AssumeRole"), _DENIED_HERE),
    "service-linked roles": _all(_calls(":role/aws-service-role/"), _says('"[sr]cps"')),
    "a role without a trust policy": _all(_asks("sts:AssumeRole"), _not(_has("resource_policy")), _DENIED_HERE),
    "a federation token without a session policy": _all(
        _calls(":federated-user/"), _not(_has("session_policy")), _DENIED_HERE
    ),
    "a federated user's namesake": _all(_calls(":federated-user/"), _in_layer("resource_policy", ":user/fay")),
    "the case of a role's name": _all(_calls(":assumed-role/Web"), _in_layer("resource_policy", ":role/app/web")),
    "a session policy against a direct grant": _all(
        _has("session_policy"), _has("resource_policy"), _ALLOWED_HERE
    ),
    "Allow with NotPrincipal against a boundary": _all(
        _calls(":role/"), _has("boundary"), _in_layer("resource_policy", "NotPrincipal"), _ALLOWED_HERE
    ),
    # Conditions.
    "ForAnyValue with IfExists": _condition("^ForAnyValue.*IfExists$", given=_is_absent),
    "an empty list": _condition("", given=lambda given: given == []),
    "an empty default": _condition("", ", ''}"),
    "a default with a comma": _condition("", "'a, b'}"),
    "a negated operator with a variable without value": _condition("Not", r"\$\{"),
    "a variable before the fifth colon": _condition("Arn", r":\$\{[^}]*:[^}]*\}:"),
    "a variable in Bool": _condition("Bool", r"\$\{"),
    "numbers beyond 2^53": _condition("Numeric", "9007199254740992|9007199254740993", _is_long_number),
    "what begins like a number": _condition("Numeric"),
    "an ARN of five fields": _condition("Arn", given=lambda given: str(given).count(":") == _FIVE_FIELDS),
    "seconds since 1970": _condition("Date"),
    "base64": _condition("Binary"),
    "0.0.0.0/0": _condition("IpAddress", "0.0.0.0/0"),
    "single addresses": _condition("IpAddress"),
    # Resources.
    "Version": _all(_says(r"\$\{"), _says('"Statement"'), lambda _entry, text, _answers: _is_old(text)),
    "a newline": _says(r"\\n"),
    "NotResource with a variable without value": _says(r'"NotResource": "[^"]*\$\{'),
    "NotResource with a short ARN": _says(rf'"NotResource": {_SHORT_ARN}'),
    "a short ARN in an RCP": _in_layer("rcps", rf'"Resource": {_SHORT_ARN}'),
    "a * at the end of a field": _says(r":logs:\*:log-group:"),
    "a * in the midst of a field": _says(r":logs:eu\*3:"),
    "a wildcard in the type of a resource": _says(r":k\*/1234"),
    "the case of a region": _says(":EU-west-1:"),
    "dots in a region": _says("eu.west.1"),
}


def _is_old(text: str) -> bool:
    return text.count('"Statement"') > text.count('"2012-10-17"')
