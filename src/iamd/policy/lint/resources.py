"""Lint checks of resources: ARN formats, and whether the statement's actions support the resources."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from iamd.policy.grammar import is_legacy_arn, resource_error
from iamd.policy.lint.document import IDENTITY_SIDE, LintDocument, StatementNode, TextNode
from iamd.policy.lint.findings import Findings, quote
from iamd.policy.lint.rules import Level
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.patterns import matches_action
from iamd.policy.principals import is_account_id

_ARN_FIELDS = 6
_SERVICE_FIELD, _REGION_FIELD, _ACCOUNT_FIELD = 2, 3, 4
_ASSUME_ROLE = "sts:assumerole"
# Services whose required resource types are all needed; elsewhere one of several is often enough.
_PREFIXES_WITH_REQUIRED_TYPES = ("ec2:",)
_RESOURCE_OWNER_KEYS = ("aws:resourceaccount", "aws:resourceorg")


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    requirements: dict[str, _ActionRequirement] = {}
    for node in document.statements:
        arns = [
            Arn.parse(resource, pad=document.kind in IDENTITY_SIDE)
            for resource in node.texts("Resource", "NotResource")
        ]
        arns = [arn for arn in arns if _is_valid(arn, document)]
        services = _services(node, catalog)
        for arn in arns:
            _check_arn_form(arn, services, catalog, findings)
        _check_role_accounts(node, arns, findings)
        _ActionResourceChecks(node, arns, services, catalog, findings).check()
    if document.kind in IDENTITY_SIDE:
        _collect_requirements(document, catalog, requirements, findings)
        for requirement in requirements.values():
            requirement.report(findings)


@dataclass(frozen=True)
class Arn:
    """A resource as written, and as a pattern with the fields that evaluation adds to short ARNs."""

    path: str
    text: str
    pattern: str

    @classmethod
    def parse(cls, resource: TextNode, *, pad: bool) -> "Arn":
        missing_fields = (
            _ARN_FIELDS - 1 - resource.text.count(":") if resource.text.startswith("arn:") and pad else 0
        )
        return cls(resource.path, resource.text, resource.text + ":*" * missing_fields)

    @property
    def is_match_all(self) -> bool:
        """Whether it matches everything, including the `*` of actions without resource types."""
        return not self.text.strip("*")

    @property
    def fields(self) -> list[str]:
        """The fields of the pattern: six if the ARN is complete."""
        return self.pattern.split(":", _ARN_FIELDS - 1)

    def with_field(self, index: int, text: str) -> str:
        """Return the pattern with one field replaced."""
        fields = self.fields
        fields[index] = text
        return ":".join(fields)


def _is_valid(arn: Arn, document: LintDocument) -> bool:
    """Return whether a resource passes the checks of a save, whose errors are reported elsewhere."""
    if arn.is_match_all:
        return True
    is_complete = len(arn.fields) == _ARN_FIELDS
    return is_complete and not resource_error(arn.text, document.partition) and not is_legacy_arn(arn.text)


def _services(node: StatementNode, catalog: ServiceCatalog) -> tuple[str, ...]:
    """Return the services of a statement's actions; empty if it applies to all services."""
    names = [action.text.partition(":")[0].lower() for action in node.actions]
    return () if "*" in names else tuple(name for name in dict.fromkeys(names) if name in catalog.services)


# ARN formats.


def _check_arn_form(arn: Arn, services: tuple[str, ...], catalog: ServiceCatalog, findings: Findings) -> None:
    if arn.is_match_all:
        return
    service = arn.fields[_SERVICE_FIELD]
    if service != service.lower():
        message = f"the service {quote(service)} must be in lower case, since ARNs are case-sensitive"
        findings.add("INVALID_ARN_SERVICE_CASE", arn.path, message)
        return
    account = arn.fields[_ACCOUNT_FIELD]
    if account.isdecimal() and not is_account_id(account):
        message = f"the account ID {account} has {len(account)} digits instead of 12"
        findings.add("INVALID_ARN_ACCOUNT", arn.path, message)
        return
    candidate_services = tuple(dict.fromkeys((service, *services)))
    if not any(
        _has_templates(arn, candidate, catalog) for candidate in candidate_services
    ) or _matches_any_type(arn.pattern, candidate_services, catalog):
        return
    if service == "iam" and arn.fields[-1] == "root":  # the account, which is not a resource type
        return
    code, message = _mismatch(arn, candidate_services, catalog)
    findings.add(code, arn.path, message)


def _has_templates(arn: Arn, service: str, catalog: ServiceCatalog) -> bool:
    """Return whether a service has ARN formats with this ARN's service name."""
    return any(arn.fields[_SERVICE_FIELD] == template.service for template in catalog.templates(service))


def _matches_any_type(pattern: str, services: Iterable[str], catalog: ServiceCatalog) -> bool:
    """Return whether a pattern may match a known resource type; True if uncertain."""
    return any(catalog.matching_types(pattern, service) != frozenset() for service in services)


def _mismatch(arn: Arn, services: tuple[str, ...], catalog: ServiceCatalog) -> tuple[str, str]:
    """Return code and message for the field that keeps an ARN from matching a resource type."""
    region, account = arn.fields[_REGION_FIELD], arn.fields[_ACCOUNT_FIELD]
    attempts = (
        (_REGION_FIELD, region, "", "ARN_REGION_NOT_ALLOWED", "the ARN must not have a region"),
        (_ACCOUNT_FIELD, account, "", "ARN_ACCOUNT_NOT_ALLOWED", "the ARN must not have an account ID"),
        (_REGION_FIELD, not region, "*", "MISSING_ARN_REGION", "the ARN has no region: add one or *"),
        (_ACCOUNT_FIELD, not account, "*", "MISSING_ARN_ACCOUNT", "the ARN has no account ID: add one or *"),
    )
    for index, applies, text, code, message in attempts:
        if applies and _matches_any_type(arn.with_field(index, text), services, catalog):
            return code, message
    service = arn.fields[_SERVICE_FIELD]
    forms = sorted(template.fields[-1] for template in catalog.templates(service))
    examples = ", ".join(form.replace("?*", "…") for form in forms[:6])
    return (
        "INVALID_ARN_RESOURCE",
        f"{quote(arn.text)} does not match any ARN format of {service}: {examples}",
    )


def _check_role_accounts(node: StatementNode, arns: list[Arn], findings: Findings) -> None:
    if not node.is_allow or node.statement.resources is None:
        return
    if any(clause.key.startswith(_RESOURCE_OWNER_KEYS) for clause in node.clauses):
        return
    if not any(_is_assume_role(action.text) for action in node.actions):
        return
    for arn in arns:
        if arn.is_match_all or set(arn.fields[_ACCOUNT_FIELD]) & set("*?"):
            message = "roles of any account may be assumed: specify accounts or add aws:ResourceOrgID"
            findings.add("ROLE_IN_ANY_ACCOUNT", arn.path, message)


def _is_assume_role(action: str) -> bool:
    """Return whether an action pattern of STS matches AssumeRole."""
    return action.lower().startswith("sts:") and matches_action(action, _ASSUME_ROLE)


# Actions and resources together.


class _ActionResourceChecks:
    """The checks of one statement: which of its actions support which of its resources."""

    def __init__(
        self,
        node: StatementNode,
        arns: list[Arn],
        services: tuple[str, ...],
        catalog: ServiceCatalog,
        findings: Findings,
    ) -> None:
        self._node = node
        self._arns = arns
        self._services = services
        self._catalog = catalog
        self._findings = findings

    def check(self) -> None:
        """Check the statement if it names resources and all of them are valid."""
        resources = self._node.resources
        if not resources or len(self._arns) != len(resources) or any(arn.is_match_all for arn in self._arns):
            return
        if not self._findings.spend_work(len(resources) * len(self._services) // 8):
            return
        types = {service: self._resource_types(service) for service in self._services}
        used_types = {service: set[str]() for service in self._services}
        all_match = True
        for action in self._node.actions:
            service = action.text.partition(":")[0].lower()
            if not self._catalog.actions(action.text):  # already reported, or for all services
                all_match = False
                continue
            action_types, resource_types = (
                self._catalog.action_resource_types(action.text),
                types.get(service),
            )
            if action_types is None or resource_types is None:
                return
            used_types[service] |= action_types
            if not action_types & resource_types:
                all_match = False
                self._findings.add(
                    "RESOURCE_MISMATCH", action.path, self._mismatch_message(action, action_types)
                )
        if all_match:
            self._check_unused(used_types)

    def _resource_types(self, service: str) -> frozenset[str] | None:
        all_types = set[str]()
        for arn in self._arns:
            types = self._catalog.matching_types(arn.pattern, service)
            if types is None:
                return None
            all_types |= types
        return frozenset(all_types)

    def _mismatch_message(self, action: TextNode, action_types: frozenset[str]) -> str:
        if not action_types:
            return f'{quote(action.text)} does not support specific resources: Resource must be "*"'
        names = ", ".join(sorted(action_types)[:6])
        return f"{quote(action.text)} supports none of the resources, only these types: {names}"

    def _check_unused(self, used_types: dict[str, set[str]]) -> None:
        """Report resources that no action supports, where another resource may have been meant."""
        for arn in self._arns:
            types = {
                service: self._catalog.matching_types(arn.pattern, service) or () for service in used_types
            }
            if any(types.values()) and not any(
                used_types[service] & {*names} for service, names in types.items()
            ):
                message = "none of the statement's actions supports this resource"
                self._findings.add("UNUSED_RESOURCE", arn.path, message)


# Resource types that an action requires.


@dataclass
class _ActionRequirement:
    """The required resource types of an action, and the types that some statement allows."""

    action: TextNode
    required_types: frozenset[str]
    allowed_types: set[str] = field(default_factory=set)

    def report(self, findings: Findings) -> None:
        missing_types = self.required_types - self.allowed_types
        if missing_types and self.allowed_types:
            names = ", ".join(sorted(missing_types))
            message = f"{self.action.text} also requires permission for {names}, in this or another policy"
            findings.add("MISSING_RESOURCE_TYPES", self.action.path, message, Level.WARNING)


def _collect_requirements(
    document: LintDocument,
    catalog: ServiceCatalog,
    requirements: dict[str, _ActionRequirement],
    findings: Findings,
) -> None:
    """Collect the types that the named actions require, then those that the statements allow."""
    allow_nodes = [node for node in document.statements if node.is_allow]
    for node in allow_nodes:
        for action in node.actions:
            name = action.text.lower()
            is_candidate = name.startswith(_PREFIXES_WITH_REQUIRED_TYPES) and name not in requirements
            if is_candidate and catalog.actions(name) == frozenset({name}):
                required_types = frozenset(
                    resource_type.type.lower()
                    for resource_type in catalog.action(name).resource_types
                    if resource_type.is_required
                )
                if len(required_types) > 1:
                    requirements[name] = _ActionRequirement(action, required_types)
    if requirements:
        for node in allow_nodes:
            _record_allowed_types(document, node, catalog, requirements, findings)


def _record_allowed_types(
    document: LintDocument,
    node: StatementNode,
    catalog: ServiceCatalog,
    requirements: dict[str, _ActionRequirement],
    findings: Findings,
) -> None:
    names = {name for name in _named_actions(node, catalog, requirements) if name in requirements}
    if not names:
        return
    arns = [Arn.parse(resource, pad=document.kind in IDENTITY_SIDE) for resource in node.resources]
    if not findings.spend_work(len(arns) * len(names) // 8):
        arns = []
    for name in names:
        service = name.partition(":")[0]
        for arn in arns:
            types = catalog.matching_types(arn.pattern, service)
            requirements[name].allowed_types |= requirements[name].required_types if types is None else types
        if not arns:
            requirements[name].allowed_types |= requirements[name].required_types


def _named_actions(
    node: StatementNode, catalog: ServiceCatalog, requirements: Iterable[str]
) -> Iterator[str]:
    """Yield the actions that a statement matches; all of `requirements` if it does not name any."""
    if not node.actions:
        yield from requirements
    for action in node.actions:
        action_names = catalog.actions(action.text)
        yield from requirements if action_names is None else action_names
