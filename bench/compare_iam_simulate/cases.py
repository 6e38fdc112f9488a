"""Case generator for our evaluator and iam-simulate: valid documents, real actions, keys and resources."""

import random
from collections.abc import Callable
from typing import Any

from tests.policy import strategies

from iamd.policy import PolicyError, PolicyKind, validate
from iamd.policy.operators import OPERATORS

CaseEntry = dict[str, Any]  # a test case of `iamd policy test`

_HERE, _THERE = strategies.ACCOUNT_ID, strategies.OTHER_ACCOUNT_ID

# iam-simulate ignores keys that an action does not support, so fictitious keys are replaced by real ones.
_REAL_KEYS = {
    "x:Number": "aws:MultiFactorAuthAge",
    "x:List": "aws:TagKeys",
    "X:Flag": "aws:SecureTransport",
    "x:Arn": "aws:SourceArn",
    "x:none": "aws:PrincipalTag/none",
}
_LIST_KEY = "aws:TagKeys"


def _replace_with_real_keys(text: str) -> str:
    for fictitious_key, real_key in _REAL_KEYS.items():
        text = text.replace(fictitious_key, real_key)
    return text


KEYS = (
    *map(_replace_with_real_keys, strategies.CONTEXT_KEYS),
    "aws:PrincipalTag/team",
    "aws:PrincipalAccount",
)
VALUES = (
    *map(_replace_with_real_keys, strategies.CONTEXT_VALUES),
    "a.b",
    "aXb",
    "a\nb",
    "a?",
    "10.1.2.3/32",
    "2026-01-01",
    "-1",
    "1e3",
)
# Valid values of condition operators, by the word in the operator's name; most generated values are valid.
_READABLE_VALUES = {
    "String": (
        "alice",
        "ALICE",
        "a*",
        "a?",
        "a.b",
        "aXb",
        "a\nb",
        "${aws:username}",
        "${aws:username, 'a'}*",
        "",
        "${aws:username, ''}",
        "${aws:PrincipalTag/none, 'a, b'}",
        "a, b",
        "${*}",
        "a${?}",
        "${aws:TagKeys, 'a'}",
        "al?c*",
    ),
    "Numeric": ("5", "5.0", "-1", "+5", "05", "10", "0.1", "9007199254740993", "9007199254740992", ".5"),
    "Date": (
        "2026-01-01T00:00:00Z",
        "2026-01-01",
        "2026",
        "2026-01-01T01:00+01:00",
        "1767225600",
        "1767225600.5",
    ),
    "Bool": ("true", "False", "TRUE", "${aws:SecureTransport}"),
    "Binary": ("YWJj", "YWJk", "a*", "YWI="),
    "Ip": ("10.1.2.3", "10.1.2.3/32", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::1", "2001:db8::/32", "::/0"),
    "Arn": (
        "arn:aws:s3:::box/a",
        "arn:aws:s3:::*",
        "arn:aws:*:*:*:*",
        "arn:aws:s3:::b?x/${aws:username}",
        "*",
        "arn:aws:sns:eu-west-1:${aws:PrincipalAccount}:a:b",
        "arn:aws:s3:::b*",
        "arn:aws:sns:*:a:b",
    ),
}
_VALUES_BY_KEY = {
    "aws:SourceIp": ("10.1.2.3", "10.200.0.1", "2001:db8::1", "2001:DB8:0::1"),
    "aws:CurrentTime": _READABLE_VALUES["Date"],
    "aws:MultiFactorAuthAge": _READABLE_VALUES["Numeric"],
    "aws:SecureTransport": ("true", "false", "True"),
    "aws:PrincipalAccount": (_HERE,),
    "aws:PrincipalTag/team": _READABLE_VALUES["Binary"],
    "aws:SourceArn": ("arn:aws:s3:::box/a", "arn:aws:s3:::BOX/a", "arn:aws:sns:eu-west-1:111122223333:a:b"),
}
# A condition key with the type of an operator, by the word in the operator's name.
_KEYS_BY_OPERATOR = {
    "Numeric": "aws:MultiFactorAuthAge",
    "Date": "aws:CurrentTime",
    "Bool": "aws:SecureTransport",
    "Binary": "aws:PrincipalTag/team",
    "Ip": "aws:SourceIp",
    "Arn": "aws:SourceArn",
}
GLOBS = (
    *map(_replace_with_real_keys, strategies.RESOURCE_PATTERNS),
    "arn:aws:s3:::box",
    "arn:aws:s3:::box/a.b",
    "arn:aws:s3:::BOX/a",
    "arn:aws:s3:::box/*",
    f"arn:aws:iam::{_HERE}:user/*",
    f"arn:aws:iam::{_HERE}:*/target",
    f"arn:aws:sqs:eu-west-?:{_HERE}:jobs",
    f"arn:aws:kms:eu-west-1:{_HERE}:key/*",
    "arn:aws:s3:::${aws:username}",
    "arn:aws:s3:::box/${aws:PrincipalTag/team, 'a'}",
    "arn:aws:s3:::box/${aws:TagKeys}",
    f"arn:aws:sqs:EU-west-1:{_HERE}:jobs",
    f"arn:aws:sqs:eu.west.1:{_HERE}:jobs",
    f"arn:aws:kms:eu-west-1:{_HERE}:k*/1234",
    f"arn:aws:logs:eu-west-1:{_HERE}:log-group:*",
    "arn:aws:logs:*:log-group:app:log-stream:s1",
    "arn:aws:logs:eu*3:log-group:app:*",
)
_REJECTED_PATTERNS = {"*:*"}  # by iam-simulate
PATTERNS = (
    *(pattern for pattern in strategies.ACTION_PATTERNS if pattern not in _REJECTED_PATTERNS),
    "sqs:*",
    "sqs:Send*",
    "kms:*",
    "iam:*",
    "s3:List*",
    "sts:A*",
)
_OBJECTS = tuple(f"arn:aws:s3:::box/{key}" for key in ("a", "a/b:c", "alice", "a.b", "aXb", "a\nb", "ALICE"))
RESOURCES_BY_ACTION: dict[str, tuple[str, ...]] = {
    "s3:GetObject": _OBJECTS,
    "S3:getobject": _OBJECTS,
    "s3:PutObject": _OBJECTS,
    "s3:ListBucket": ("arn:aws:s3:::box", "arn:aws:s3:::alice"),
    "s3:ListAllMyBuckets": ("*",),
    "iam:CreateUser": (f"arn:aws:iam::{_HERE}:user/target",),
    "sts:AssumeRole": (f"arn:aws:iam::{_HERE}:role/target",),
    "sts:GetSessionToken": ("*",),
    "sts:GetCallerIdentity": ("*",),
    "sqs:SendMessage": (f"arn:aws:sqs:eu-west-1:{_HERE}:jobs", f"arn:aws:sqs:eu-west-1:{_THERE}:jobs"),
    "kms:Decrypt": (f"arn:aws:kms:eu-west-1:{_HERE}:key/1234",),
    "logs:PutLogEvents": (f"arn:aws:logs:eu-west-1:{_HERE}:log-group:app:log-stream:s1",),
}
_ACTIONS_WITH_RESOURCE = tuple(
    action for action, resources in RESOURCES_BY_ACTION.items() if resources != ("*",)
)
CALLERS = (*strategies.ARNS, f"arn:aws:sts::{_HERE}:assumed-role/Web/s1", "", "sns.amazonaws.com")
_PRINCIPAL_TYPES = {"": "Anonymous", "sns.amazonaws.com": "Service"}
_PRINCIPAL_NAMES = ("*", _HERE, _THERE, *strategies.ARNS, f"arn:aws:iam::{_HERE}:user/fay")


class CaseGenerator:
    """Generates random cases; reproducible by seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._patterns, self._globs = PATTERNS, GLOBS

    def case(self) -> CaseEntry:
        pick = self._random.choice
        action = pick((*RESOURCES_BY_ACTION, *_ACTIONS_WITH_RESOURCE * 3))
        entry: CaseEntry = {
            "principal": pick(CALLERS),
            "action": action,
            "resource": pick(RESOURCES_BY_ACTION[action]),
        }
        self._patterns = (*PATTERNS, *(action, "*") * 6)  # so that many statements match
        self._globs = (*GLOBS, *(entry["resource"], "*") * 8)
        entry["principal_type"] = _PRINCIPAL_TYPES.get(entry["principal"], "AWS")
        entry["resource_account"] = self._owner(entry["resource"])
        entry["context"] = {
            key: self._context_value(key)
            for key in self._random.sample(
                [key for key in KEYS if key != "aws:PrincipalTag/none"], k=pick(range(9))
            )
        }
        return {**entry, **self._policies(entry["principal"])}

    def _owner(self, resource: str) -> str:
        fields = resource.split(":")
        return fields[4] if len(fields) > 5 and fields[4] else self._random.choice((_HERE, _HERE, _THERE))

    def _context_value(self, key: str) -> Any:
        if key == _LIST_KEY:
            return self._random.choices(VALUES, k=self._random.randint(0, 3))
        pool = _VALUES_BY_KEY.get(key, VALUES)
        return self._random.choice(pool if self._chance(0.9) else VALUES)

    def _policies(self, caller: str) -> CaseEntry:
        entry: CaseEntry = {}
        if caller not in _PRINCIPAL_TYPES:
            entry["identity_policies"] = [
                self._policy(PolicyKind.INLINE) for _ in range(self._random.randint(0, 2))
            ]
            if self._chance(0.3):
                entry["boundary"] = self._policy(PolicyKind.INLINE)
            if self._chance(0.4) and ("role/" in caller or "federated" in caller):
                entry["session_policy"] = self._policy(PolicyKind.SESSION)
            if self._chance(0.3):
                entry["scps"] = [[self._policy(PolicyKind.SCP)] for _ in range(self._random.randint(1, 2))]
        if self._chance(0.5):
            entry["resource_policy"] = self._policy(PolicyKind.RESOURCE)
        if self._chance(0.2):
            entry["rcps"] = [[self._policy(PolicyKind.RCP)]]
        return entry

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _policy(self, kind: PolicyKind) -> CaseEntry:
        """Generate a valid document, by generating documents until one is valid."""
        while True:
            count = self._random.choice((1, 1, 2, 3))
            document: CaseEntry = {"Statement": [self._statement(kind) for _ in range(count)]}
            version = self._random.choice(("2012-10-17",) * 4 + ("2008-10-17", None))
            if version is not None or kind is PolicyKind.RCP:
                document = {"Version": version if kind is not PolicyKind.RCP else "2012-10-17", **document}
            try:
                validate(document, kind)
            except PolicyError:
                continue
            return document

    def _statement(self, kind: PolicyKind) -> CaseEntry:
        pick = self._random.choice
        is_rcp = kind is PolicyKind.RCP
        action_element = "Action" if is_rcp else pick(("Action", "Action", "Action", "NotAction"))
        statement: CaseEntry = {
            "Effect": "Deny" if is_rcp else pick(("Allow", "Allow", "Deny")),
            action_element: self._one_or_several(
                self._patterns, lambda pattern: pattern != "*" or not is_rcp
            ),
        }
        if kind is not PolicyKind.RESOURCE or self._chance(0.9):
            statement[pick(("Resource", "Resource", "Resource", "NotResource"))] = self._one_or_several(
                self._globs
            )
        if self._chance(0.5):
            statement["Condition"] = self._condition()
        if is_rcp:
            statement["Principal"] = "*"
        elif kind is PolicyKind.RESOURCE:
            statement[pick(("Principal",) * 4 + ("NotPrincipal",))] = self._principal()
        return statement

    def _principal(self) -> Any:
        if self._chance(0.2):
            return "*" if self._chance(0.7) else {"Service": "sns.amazonaws.com"}
        return {"AWS": self._one_or_several(_PRINCIPAL_NAMES)}

    def _one_or_several(self, pool: tuple[str, ...], accepts: Callable[[str], bool] = bool) -> Any:
        pool = tuple(filter(accepts, pool))
        if self._chance(0.6):
            return self._random.choice(pool)
        return self._random.choices(pool, k=self._random.randint(1, 3))

    def _condition(self) -> CaseEntry:
        condition: CaseEntry = {}
        for _ in range(self._random.choice((1, 1, 2))):
            operator = self._operator()
            word = next((word for word in _READABLE_VALUES if word in operator), "String")
            key = _KEYS_BY_OPERATOR.get(word, _LIST_KEY) if self._chance(0.6) else self._random.choice(KEYS)
            pool = _READABLE_VALUES[word] if self._chance(0.8) else VALUES
            condition[operator] = {key: self._one_or_several(pool, lambda _value: True)}
        return condition

    def _operator(self) -> str:
        if self._chance(0.05):
            return "Null"
        prefix = self._random.choice(("", "", "ForAllValues:", "ForAnyValue:"))
        return prefix + self._random.choice(sorted(OPERATORS)) + self._random.choice(("", "", "IfExists"))
