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

_ALLOWED, _IMPLICIT, _EXPLICIT = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"


def cause(entry: Entry, answers: Answers) -> str | None:
    """Return the name of the first cause that applies to a smallest case."""
    text = json.dumps(entry)
    return next((name for name, one in CAUSES.items() if one.applies(entry, text, answers)), None)


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


def _condition(
    operator: str, values: str = "", given: Callable[[Any], bool] = lambda _given: True
) -> Applies:
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


def _is_empty_text(given: Any) -> bool:
    return given in ("", [""])


def _empty_value(entry: Entry, _text: str, _answers: Answers) -> bool:
    return "" in entry.get("context", {}).values()


def _is_long_number(given: Any) -> bool:
    return re.fullmatch("[0-9]{16,}", str(given)) is not None


_DENIED_HERE, _ALLOWED_HERE = _answers(_IMPLICIT, _ALLOWED), _answers(_ALLOWED, _IMPLICIT)
_FIVE_FIELDS = 4  # colons
_SHORT_ARN = r'"arn:aws:sqs(:\*)?"'


def _is_old(text: str) -> bool:
    return text.count('"Statement"') > text.count('"2012-10-17"')


class Cause(NamedTuple):
    """One cause, and who is right."""

    right: str
    applies: Applies


_WE, _OPEN = "we are right", "AWS does not say"
_GONE = "AWS does not support it"

CAUSES: dict[str, Cause] = {
    # Who calls.
    "GetSessionToken needs no Allow": Cause(_WE, _all(_asks("sts:GetSessionToken"), _ALLOWED_HERE)),
    "root users have no identity policy": Cause(_WE, _all(_calls(":root$"), _ALLOWED_HERE)),
    "root users assume no role": Cause(_WE, _all(_calls(":root$"), _asks("sts:AssumeRole"), _DENIED_HERE)),
    "service-linked roles": Cause(_WE, _all(_calls(":role/aws-service-role/"), _says('"[sr]cps"'))),
    "a role without a trust policy": Cause(
        _WE, _all(_asks("sts:AssumeRole"), _not(_has("resource_policy")), _DENIED_HERE)
    ),
    "a federation token without a session policy": Cause(
        _WE, _all(_calls(":federated-user/"), _not(_has("session_policy")), _DENIED_HERE)
    ),
    "a federated user's namesake": Cause(
        _WE, _all(_calls(":federated-user/"), _in_layer("resource_policy", ":user/fay"))
    ),
    "the case of a role's name": Cause(
        _OPEN, _all(_calls(":assumed-role/Web"), _in_layer("resource_policy", ":role/app/web"))
    ),
    "a session policy against a direct grant": Cause(
        _WE, _all(_has("session_policy"), _has("resource_policy"), _ALLOWED_HERE)
    ),
    "Allow with NotPrincipal against a boundary": Cause(
        _GONE,
        _all(_calls(":role/"), _has("boundary"), _in_layer("resource_policy", "NotPrincipal"), _ALLOWED_HERE),
    ),
    "an account or a role beside what it holds": Cause(
        _WE, lambda entry, _text, answers: answers[0] == _EXPLICIT and "NotPrincipal" in json.dumps(entry)
    ),
    # Conditions.
    "an empty text under a set operator": Cause(_WE, _condition("^For", given=_is_empty_text)),
    "an empty list": Cause(_WE, _condition("", given=lambda given: given == [])),
    "an empty value": Cause(_OPEN, _all(_says(r"\$\{"), _empty_value)),
    "an empty default": Cause(_WE, _condition("", ", ''}")),
    "a default with a comma": Cause(_WE, _condition("", "'a, b'}")),
    "an escape where there are no wildcards": Cause(_WE, _condition("Equals", r"\$\{[*?$]\}")),
    "a negated operator with a variable without value": Cause(_WE, _condition("Not", r"\$\{")),
    "a variable before the fifth colon": Cause(_OPEN, _condition("Arn", r":\$\{[^}]*:[^}]*\}:")),
    "a variable in Bool": Cause(_OPEN, _condition("Bool", r"\$\{")),
    "numbers beyond 2^53": Cause(_WE, _condition("Numeric", "900719925474099[23]", _is_long_number)),
    "what begins like a number": Cause(_WE, _condition("Numeric")),
    "seconds since 1970 and years": Cause(_WE, _condition("Date")),
    "base64": Cause(_WE, _condition("Binary")),
    "0.0.0.0/0": Cause(_WE, _condition("IpAddress", "0.0.0.0/0")),
    "single addresses": Cause(_WE, _condition("IpAddress")),
    "an ARN of five fields": Cause(
        _OPEN, _condition("Arn", given=lambda given: str(given).count(":") == _FIVE_FIELDS)
    ),
    # Resources.
    "Version": Cause(_WE, _all(_says(r"\$\{"), lambda _entry, text, _answers: _is_old(text))),
    "a newline": Cause(_WE, _says(r"\\n")),
    "NotResource with a variable without value": Cause(_WE, _says(r'"NotResource": "[^"]*\$\{')),
    "NotResource with a short ARN": Cause(_WE, _says(rf'"NotResource": {_SHORT_ARN}')),
    "a short ARN in an RCP": Cause(_OPEN, _in_layer("rcps", rf'"Resource": {_SHORT_ARN}')),
    "a * at the end of a field": Cause(_WE, _says(r":logs:\*:log-group:")),
    "a * in the midst of a field": Cause(_OPEN, _says(r":logs:eu\*3:")),
    "a wildcard in the type of a resource": Cause(_OPEN, _says(r":k\*/1234")),
    "the case of a region": Cause(_WE, _says(":EU-west-1:")),
    "dots in a region": Cause(_WE, _says("eu.west.1")),
}
