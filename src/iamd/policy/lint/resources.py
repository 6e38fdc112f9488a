"""Resources: whether ARNs are of a known form, and whether the actions of a statement work on them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from iamd.policy.grammar import is_legacy_arn, resource_fault
from iamd.policy.lint.draft import OWN_SIDE, Draft, Entry, Text
from iamd.policy.lint.findings import Findings, shown
from iamd.policy.lint.known import Known
from iamd.policy.lint.rules import Level
from iamd.policy.patterns import matches_action
from iamd.policy.principals import is_account_id

_FIELDS = 6
_SERVICE, _REGION, _ACCOUNT = 2, 3, 4
_ASSUME = "sts:assumerole"
# Where a required type is one that every request has; elsewhere it is often one of several that will do.
_DEPENDABLE = ("ec2:",)
_OWNERS = ("aws:resourceaccount", "aws:resourceorg")


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    needed: dict[str, _Needed] = {}
    for entry in draft.entries:
        arns = [Arn.of(place, pad=draft.kind in OWN_SIDE) for place in entry.texts("Resource", "NotResource")]
        arns = [arn for arn in arns if _is_readable(arn, draft)]
        services = _services(entry, known)
        for arn in arns:
            _check_form(arn, services, known, found)
        _check_accounts(entry, arns, found)
        _Works(entry, arns, services, known, found).check()
    if draft.kind in OWN_SIDE:
        _collect(draft, known, needed, found)
        for need in needed.values():
            need.tell(found)


@dataclass(frozen=True)
class Arn:
    """A resource as it was written, and with the fields that evaluation adds to short ones."""

    path: str
    text: str
    pattern: str

    @classmethod
    def of(cls, place: Text, *, pad: bool) -> "Arn":
        missing = _FIELDS - 1 - place.text.count(":") if place.text.startswith("arn:") and pad else 0
        return cls(place.path, place.text, place.text + ":*" * missing)

    @property
    def is_all(self) -> bool:
        """Whether it matches everything, the `*` of actions without resources included."""
        return not self.text.strip("*")

    @property
    def fields(self) -> list[str]:
        """The six fields."""
        return self.pattern.split(":", _FIELDS - 1)

    def with_field(self, place: int, text: str) -> str:
        """Return the ARN with another text in one field."""
        fields = self.fields
        fields[place] = text
        return ":".join(fields)


def _is_readable(arn: Arn, draft: Draft) -> bool:
    """Say whether a save has nothing against a resource: what it has is told already."""
    if arn.is_all:
        return True
    whole = len(arn.fields) == _FIELDS
    return whole and not resource_fault(arn.text, draft.partition) and not is_legacy_arn(arn.text)


def _services(entry: Entry, known: Known) -> tuple[str, ...]:
    """Return the services of a statement's actions; none where it is about all of them."""
    names = [place.text.partition(":")[0].lower() for place in entry.actions]
    return () if "*" in names else tuple(name for name in dict.fromkeys(names) if name in known.services)


# The form of an ARN.


def _check_form(arn: Arn, services: tuple[str, ...], known: Known, found: Findings) -> None:
    if arn.is_all:
        return
    service = arn.fields[_SERVICE]
    if service != service.lower():
        said = f"the service {shown(service)} must be in lower case, since ARNs are compared as they are"
        found.add("INVALID_ARN_SERVICE_CASE", arn.path, said)
        return
    account = arn.fields[_ACCOUNT]
    if account.isdecimal() and not is_account_id(account):
        said = f"{account} has {len(account)} digits, and accounts have 12"
        found.add("INVALID_ARN_ACCOUNT", arn.path, said)
        return
    asked = tuple(dict.fromkeys((service, *services)))
    if not any(_speaks_of(arn, one, known) for one in asked) or _fits(arn.pattern, asked, known):
        return
    if service == "iam" and arn.fields[-1] == "root":  # the account itself, which is no type of resource
        return
    code, said = _mismatch(arn, asked, known)
    found.add(code, arn.path, said)


def _speaks_of(arn: Arn, service: str, known: Known) -> bool:
    """Say whether a service has ARNs with this service's name in them."""
    return any(arn.fields[_SERVICE] == template.service for template in known.templates(service))


def _fits(pattern: str, services: Iterable[str], known: Known) -> bool:
    """Say whether a pattern is of a known type; in doubt it is."""
    return any(known.types(pattern, service) != frozenset() for service in services)


def _mismatch(arn: Arn, services: tuple[str, ...], known: Known) -> tuple[str, str]:
    """Name the field that keeps an ARN from being of a known type."""
    region, account = arn.fields[_REGION], arn.fields[_ACCOUNT]
    tries = (
        (_REGION, region, "", "ARN_REGION_NOT_ALLOWED", "these ARNs have no region"),
        (_ACCOUNT, account, "", "ARN_ACCOUNT_NOT_ALLOWED", "these ARNs have no account"),
        (_REGION, not region, "*", "MISSING_ARN_REGION", "these ARNs have a region: write one, or *"),
        (_ACCOUNT, not account, "*", "MISSING_ARN_ACCOUNT", "these ARNs have an account: write one, or *"),
    )
    for place, applies, text, code, said in tries:
        if applies and _fits(arn.with_field(place, text), services, known):
            return code, said
    service = arn.fields[_SERVICE]
    forms = sorted(one.fields[-1] for one in known.templates(service))
    some = ", ".join(form.replace("?*", "…") for form in forms[:6])
    return "INVALID_ARN_RESOURCE", f"{shown(arn.text)} is no ARN of {service}, whose resources are: {some}"


def _check_accounts(entry: Entry, arns: list[Arn], found: Findings) -> None:
    if not entry.allows or entry.statement.resources is None:
        return
    if any(test.key.startswith(_OWNERS) for test in entry.tests):
        return
    if not any(_assumes(place.text) for place in entry.actions):
        return
    for arn in arns:
        if arn.is_all or set(arn.fields[_ACCOUNT]) & set("*?"):
            said = "roles of every account may be assumed: name the accounts, or ask for aws:ResourceOrgID"
            found.add("ROLE_IN_ANY_ACCOUNT", arn.path, said)


def _assumes(action: str) -> bool:
    """Say whether a pattern is meant for STS and has AssumeRole in it."""
    return action.lower().startswith("sts:") and matches_action(action, _ASSUME)


# Actions and resources together.


class _Works:
    """The checks of one statement: which of its actions work on which of its resources."""

    def __init__(
        self, entry: Entry, arns: list[Arn], services: tuple[str, ...], known: Known, found: Findings
    ) -> None:
        self._entry = entry
        self._arns = arns
        self._services = services
        self._known = known
        self._found = found

    def check(self) -> None:
        """Check, where the statement says on what its actions are to work, and all of that can be read."""
        resources = self._entry.resources
        if not resources or len(self._arns) != len(resources) or any(arn.is_all for arn in self._arns):
            return
        if not self._found.may(len(resources) * len(self._services) // 8):
            return
        types = {service: self._types(service) for service in self._services}
        used = {service: set[str]() for service in self._services}
        fitting = True
        for place in self._entry.actions:
            service = place.text.partition(":")[0].lower()
            if not self._known.actions(place.text):  # told already, or about all services
                fitting = False
                continue
            worked, known_types = self._known.worked(place.text), types.get(service)
            if worked is None or known_types is None:
                return
            used[service] |= worked
            if not worked & known_types:
                fitting = False
                self._found.add("RESOURCE_MISMATCH", place.path, self._said(place, worked))
        if fitting:
            self._check_unused(used)

    def _types(self, service: str) -> frozenset[str] | None:
        union = set[str]()
        for arn in self._arns:
            types = self._known.types(arn.pattern, service)
            if types is None:
                return None
            union |= types
        return frozenset(union)

    def _said(self, place: Text, worked: frozenset[str]) -> str:
        if not worked:
            return f'{shown(place.text)} has no resources: it works only where Resource is "*"'
        names = ", ".join(sorted(worked)[:6])
        return f"{shown(place.text)} works on {names}, and none of the resources is one"

    def _check_unused(self, used: dict[str, set[str]]) -> None:
        """Tell resources that no action works on, each a place where something else may have been meant."""
        for arn in self._arns:
            types = {service: self._known.types(arn.pattern, service) or () for service in used}
            if any(types.values()) and not any(used[service] & {*names} for service, names in types.items()):
                said = "none of the statement's actions works on such a resource"
                self._found.add("UNUSED_RESOURCE", arn.path, said)


# What an action needs besides.


@dataclass
class _Needed:
    """The required types of an action, and those of them that some statement allows."""

    place: Text
    required: frozenset[str]
    allowed: set[str] = field(default_factory=set)

    def tell(self, found: Findings) -> None:
        missing = self.required - self.allowed
        if missing and self.allowed:
            names = ", ".join(sorted(missing))
            said = f"{self.place.text} also needs {names} to be allowed, here or in another policy"
            found.add("MISSING_RESOURCE_TYPES", self.place.path, said, Level.WARNING)


def _collect(draft: Draft, known: Known, needed: dict[str, _Needed], found: Findings) -> None:
    """Gather what the named actions need, and then what all statements allow of it."""
    allows = [entry for entry in draft.entries if entry.allows]
    for entry in allows:
        for place in entry.actions:
            name = place.text.lower()
            dependable = name.startswith(_DEPENDABLE) and name not in needed
            if dependable and known.actions(name) == frozenset({name}):
                required = frozenset(n.type.lower() for n in known.action(name).needs if n.required)
                if len(required) > 1:
                    needed[name] = _Needed(place, required)
    if needed:
        for entry in allows:
            _allow(draft, entry, known, needed, found)


def _allow(draft: Draft, entry: Entry, known: Known, needed: dict[str, _Needed], found: Findings) -> None:
    names = {name for name in _named(entry, known, needed) if name in needed}
    if not names:
        return
    arns = [Arn.of(place, pad=draft.kind in OWN_SIDE) for place in entry.resources]
    if not found.may(len(arns) * len(names) // 8):
        arns = []
    for name in names:
        service = name.partition(":")[0]
        for arn in arns:
            types = known.types(arn.pattern, service)
            needed[name].allowed |= needed[name].required if types is None else types
        if not arns:
            needed[name].allowed |= needed[name].required


def _named(entry: Entry, known: Known, needed: Iterable[str]) -> Iterator[str]:
    """Go through the actions of a statement; all of them where it does not name any."""
    if not entry.actions:
        yield from needed
    for place in entry.actions:
        matched = known.actions(place.text)
        yield from needed if matched is None else matched
