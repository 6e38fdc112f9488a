"""The subject of `iamd policy explain`: a caller and its policies, loaded from files or a store."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from iamd.cli.errors import CommandError
from iamd.cli.policy.policy_file import read_policy_file
from iamd.core import arns, clock
from iamd.core.records import Group, Role, User
from iamd.domain import entity_policies, simulation_requests
from iamd.domain.entity_policies import Entity
from iamd.framework.operation import Context
from iamd.policy import Policy, PolicyError, Principal, PrincipalKind, parse, principal_from_arn
from iamd.policy.explanation import PolicySource, SourceLayers, evaluates_trust_policy
from iamd.policy.source_positions import Location
from iamd.store import accounts
from iamd.store.entities import ROLES, USERS
from iamd.store.query import Tx

_SESSION_ARN = re.compile(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/([^/]+)")
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/\S+")

# Returns the location of the statement with an index, from 0, in its file: the policy may be parsed from JSON
# although the file is YAML.
Locator = Callable[[int], Location]


class ExplainSubject(NamedTuple):
    """A caller, its policies, and the condition keys of all of its calls, in lower case."""

    principal: Principal
    policies: SourceLayers
    context_keys: Context
    locators: Mapping[str, Locator] = MappingProxyType({})


def base_context() -> Context:
    """Return the condition keys of every call made now."""
    now = clock.now()
    return simulation_requests.global_context(clock.iso(now), int(now.timestamp()))


def parse_principal(name: str) -> Principal:
    """Return the principal of an ARN or a service name; CommandError if it is neither."""
    try:
        return principal_from_arn(name, "Service" if _SERVICE_PRINCIPAL.fullmatch(name) else "AWS")
    except ValueError as error:
        raise CommandError(f"--principal: {error}", status=2) from error


# From files.


class LayerFiles(NamedTuple):
    """The policy files of each layer; without any, policies are loaded from a store."""

    identity: Sequence[Path]
    boundary: Path | None
    session: Path | None
    resource: Path | None
    scps: Sequence[Path]

    def __bool__(self) -> bool:
        """Whether there are any files."""
        return any((self.identity, self.boundary, self.session, self.resource, self.scps))


def load_from_files(name: str, files: LayerFiles) -> ExplainSubject:
    """Load a subject from policy files; CommandError if one is not a policy."""
    principal, reader = parse_principal(name), _PolicyReader()
    session: tuple[PolicySource, ...] | None = (reader.read(files.session),) if files.session else None
    if session is None and principal.kind is PrincipalKind.FEDERATED_USER:
        session = ()  # GetFederationToken without policies allows nothing
    policies = SourceLayers(
        identity=tuple(reader.read(file) for file in files.identity),
        boundary=reader.read(files.boundary) if files.boundary else None,
        session=session,
        resource=reader.read(files.resource) if files.resource else None,
        scps=tuple((reader.read(file),) for file in files.scps) or None,
    )
    return ExplainSubject(
        principal,
        policies,
        {**base_context(), **simulation_requests.principal_context(principal)},
        reader.locators,
    )


class _PolicyReader:
    """Reads policy files and collects the locators of their statements."""

    def __init__(self) -> None:
        self.locators: dict[str, Locator] = {}

    def read(self, file: Path) -> PolicySource:
        policy_file = read_policy_file(file)
        self.locators[str(file)] = lambda index: Location(*policy_file.location(f"Statement[{index}]"))
        return PolicySource(str(file), policy_file.text, _parse(file, policy_file.text))


def _parse(file: Path, text: str) -> Policy:
    try:
        return parse(text)
    except PolicyError as error:
        position = f" ({error.path})" if error.path else ""
        raise CommandError(f"{file}: {error.message}{position}", status=2) from error


# From a store.


def load_from_store(tx: Tx, name: str, account_id: str | None, action: str, resource: str) -> ExplainSubject:
    """Load a caller's policies, and the trust policy if the request assumes a role.

    `name` is an ARN, a service name, or the end of an ARN (`user/bob`) if the account is unambiguous. Raises
    CommandError if there is no such caller.
    """
    subject = _service_subject(name) or _account_subject(tx, _full_arn(tx, name, account_id), account_id)
    if not evaluates_trust_policy(action, resource):
        return subject
    trust_policy = _trust_policy(tx, resource)
    return subject._replace(policies=replace(subject.policies, resource=trust_policy))


def _service_subject(name: str) -> ExplainSubject | None:
    if not _SERVICE_PRINCIPAL.fullmatch(name):
        return None
    return ExplainSubject(
        parse_principal(name), SourceLayers(), {**base_context(), "aws:principalisawsservice": "true"}
    )


def _full_arn(tx: Tx, name: str, account_id: str | None) -> str:
    if name.startswith("arn:"):
        return name
    account_ids = [account.account_id for account in accounts.list_all(tx)]
    if account_id is None and len(account_ids) != 1:
        raise CommandError(f"there are {len(account_ids)} accounts: specify one with --account-id", status=2)
    owner, (kind, _, entity_name) = account_id or account_ids[0], name.partition("/")
    entity: User | Role | None = None  # user/bob, under whatever path
    if kind == "user":
        entity = USERS.find(tx, owner, entity_name)
    elif kind == "role":
        entity = ROLES.find(tx, owner, entity_name)
    return arns.iam(owner, name) if entity is None else entity.arn


def _account_subject(tx: Tx, arn: str, account_id: str | None) -> ExplainSubject:
    principal = parse_principal(arn)
    owner = principal.account or ""
    if account_id is not None and account_id != owner:
        raise CommandError(f"{arn} is not in account {account_id}", status=2)
    if accounts.find(tx, owner) is None:
        raise CommandError(f"account {owner} does not exist", status=2)
    if principal.kind is PrincipalKind.ROOT:
        return ExplainSubject(
            principal,
            SourceLayers(),
            {**base_context(), **simulation_requests.principal_context(principal), "aws:userid": owner},
        )
    if session_match := _SESSION_ARN.fullmatch(arn):
        return _role_session_subject(tx, owner, session_match[2], session_match[3], principal)
    entity = entity_policies.find_entity(tx, owner, arn)
    if entity is None or isinstance(entity, Group):
        raise CommandError(f"no such user or role: {arn}", status=2)
    caller = simulation_requests.caller_from_entity(
        entity, owner, entity_policies.list_tags(tx, owner, entity)
    )
    return ExplainSubject(
        caller.principal, _load_policies(tx, owner, entity), {**base_context(), **caller.context}
    )


def _role_session_subject(
    tx: Tx, account_id: str, role_name: str, session: str, principal: Principal
) -> ExplainSubject:
    role = ROLES.find(tx, account_id, role_name)
    if role is None or role.role_name != role_name:
        raise CommandError(f"there is no role {role_name} in account {account_id}", status=2)
    caller = simulation_requests.caller_from_entity(
        role, account_id, entity_policies.list_tags(tx, account_id, role)
    )
    session_principal = Principal(principal.kind, principal.arn, account_id, role.role_id, role_arn=role.arn)
    context_keys = {**base_context(), **caller.context, "aws:userid": f"{role.role_id}:{session}"}
    return ExplainSubject(session_principal, _load_policies(tx, account_id, role), context_keys)


def _load_policies(tx: Tx, account_id: str, entity: Entity) -> SourceLayers:
    return SourceLayers(
        identity=entity_policies.list_identity_policies(tx, account_id, entity),
        boundary=entity_policies.get_boundary(tx, account_id, entity),
    )


def _trust_policy(tx: Tx, arn: str) -> PolicySource | None:
    """Return the trust policy of a role in any account of the store."""
    match = _ROLE_ARN.fullmatch(arn)
    role = entity_policies.find_entity(tx, match[1], arn) if match else None
    return entity_policies.get_trust_policy(tx, role) if isinstance(role, Role) else None
