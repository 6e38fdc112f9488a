"""Condition keys: whether there are any such, and whether the actions of a statement have them."""

from iamd.policy.lint.draft import Draft, Entry, Test
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.global_keys import DEPRECATED, GLOBAL_KEYS, PAIRED, TAG_PREFIXES
from iamd.policy.lint.known import Known
from iamd.policy.lint.presence import needs_key

_TAGS = frozenset(
    {"aws:requesttag", "aws:resourcetag", "aws:principaltag", "iam:resourcetag", "s3:existingobjecttag"}
)


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        services = _services(entry, known)
        for test in entry.tests:
            if _check_key(test, services, known, found):
                _check_support(entry, test, services, known, found)
        _check_case(entry, found)
        _check_pairs(entry, found)


def _services(entry: Entry, known: Known) -> tuple[str, ...]:
    names = (place.text.partition(":")[0].lower() for place in entry.texts("Action", "NotAction"))
    return tuple(name for name in dict.fromkeys(names) if name in known.services)


def _check_key(test: Test, services: tuple[str, ...], known: Known, found: Findings) -> bool:
    """Say whether a key is known and in use; a finding says why not."""
    key = test.condition.key
    if test.key in DEPRECATED:
        said = f"{key} is not to be used any more: use {DEPRECATED[test.key]}"
        found.add("DEPRECATED_GLOBAL_CONDITION_KEY", test.path, said)
    elif test.key.rstrip("/") in _TAGS:
        said = f"{key} names no tag: write {key.rstrip('/')}/the-key-of-a-tag"
        found.add("MISSING_TAG_KEY_IN_CONDITION", test.path, said)
    elif "${" in key or known.key(key, services):
        return "${" not in key
    else:
        found.add(*_unknown(test, services, known))
    return False


def _unknown(test: Test, services: tuple[str, ...], known: Known) -> tuple[str, str, str]:
    key = test.condition.key
    prefix, colon, name = test.key.partition(":")
    if not (prefix and colon and name):
        near = known.near_key(f"aws:{test.key}", services)
        return "INVALID_CONDITION_KEY_FORMAT", test.path, f"{shown(key)} is not service:name{near}"
    near = known.near_key(key, (*services, prefix))
    if prefix == "aws":
        return "INVALID_GLOBAL_CONDITION_KEY", test.path, f"there is no global key {shown(key)}{near}"
    if prefix in known.services:
        said = f"{prefix} has no condition key {shown(key)}{near}"
        return "INVALID_SERVICE_CONDITION_KEY", test.path, said
    return "INVALID_SERVICE", test.path, f"there is no service {shown(prefix)} of the key {shown(key)}{near}"


def _check_case(entry: Entry, found: Findings) -> None:
    seen = dict[tuple[str, str], str]()
    for test in entry.tests:
        block = test.path.removesuffix(test.condition.key)
        if seen.setdefault((block, test.key), test.path) != test.path:
            said = "the same key in another case: keys have no case, so both must hold"
            found.add("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", test.path, said)


def _check_pairs(entry: Entry, found: Findings) -> None:
    keys = {test.key for test in entry.tests}
    for test in entry.tests:
        if entry.allows and test.key in PAIRED and not keys & {*PAIRED[test.key]}:
            said = f"{test.condition.key} says little alone, since others have the same addresses:"
            said += " add aws:SourceVpc or aws:SourceVpce"
            found.add("MISSING_PAIRED_CONDITION_KEYS", test.path, said)


# Keys that some actions have.


def _check_support(
    entry: Entry, test: Test, services: tuple[str, ...], known: Known, found: Findings
) -> None:
    tagged = test.key.startswith(TAG_PREFIXES)
    prefix = test.key.partition(":")[0]
    if not tagged and (prefix == "aws" or "." in prefix or test.key in GLOBAL_KEYS):
        return
    if entry.statement.not_actions is not None:
        if tagged and needs_key(test):
            _tell_not_action(entry, test, found)
        return
    unsupported = _unsupported(entry, test.key, known)
    if unsupported is None:
        return
    missing = tuple(service for service in services if service in unsupported)
    if len(missing) == len(services):
        said = f"none of the actions has the key {test.condition.key}"
        found.add("UNSUPPORTED_CONDITION_KEY", test.path, said)
    elif missing and tagged and needs_key(test):
        _tell_services(entry, test, missing, found)


def _unsupported(entry: Entry, key: str, known: Known) -> frozenset[str] | None:
    """Return the services of which no action has a key; None where that cannot be said."""
    has: dict[str, bool] = {}
    for place in entry.actions:
        names = known.actions(place.text)
        if not names:
            return None
        service = place.text.partition(":")[0].lower()
        has[service] = has.get(service, False) or any(known.supports(name, key) for name in names)
    return frozenset(service for service, supported in has.items() if not supported) if has else None


def _tell_services(entry: Entry, test: Test, missing: tuple[str, ...], found: Findings) -> None:
    names = ", ".join(missing[:6])
    if entry.allows:
        said = f"{test.condition.key} is no key of {names}, whose actions are not allowed by this statement"
        found.add("ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", test.path, said)
    else:
        said = f"{test.condition.key} is no key of {names}, whose actions are not denied by this statement"
        found.add("DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", test.path, said)


def _tell_not_action(entry: Entry, test: Test, found: Findings) -> None:
    if entry.allows:
        said = f"actions without the key {test.condition.key} are not allowed by this statement"
        found.add("ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", test.path, said)
    else:
        said = f"actions without the key {test.condition.key} are not denied by this statement"
        found.add("DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", test.path, said)
