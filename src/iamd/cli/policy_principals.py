"""What `iamd policy explain` explains: a caller with its policies, out of files or out of a store."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from iamd.cli.errors import CommandError
from iamd.cli.policy_sources import read_source
from iamd.core import arns, clock
from iamd.core.records import Group, Role
from iamd.ops.iam import policy_sources, simulated
from iamd.ops.iam.policy_sources import Entity
from iamd.ops.operation import Context
from iamd.policy import Policy, PolicyError, Principal, PrincipalKind, parse, principal_from_arn
from iamd.policy.inquiry import Held, Source, asks_for_trust
from iamd.policy.positions import Place
from iamd.store import accounts
from iamd.store.named import ROLES
from iamd.store.query import Tx

_SESSION = re.compile(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/([^/]+)")
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_OF_ROLE = re.compile(r"arn:aws:iam::([0-9]{12}):role/\S+")

# Where the statement of a number, from 0, stands in a file, which need not be what was parsed.
Placing = Callable[[int], Place]


class Explained(NamedTuple):
    """A caller, its policies, and the context keys that all of its calls have, in lower case."""

    principal: Principal
    held: Held
    keys: Context
    placings: Mapping[str, Placing] = MappingProxyType({})


def around() -> Context:
    """Return the keys that every call has at this moment."""
    now = clock.now()
    return simulated.supplied(clock.iso(now), int(now.timestamp()))


def principal_named(name: str) -> Principal:
    """Return the caller of an ARN, or of a service's name; CommandError when nobody has such a name."""
    try:
        return principal_from_arn(name, "Service" if _SERVICE.fullmatch(name) else "AWS")
    except ValueError as wrong:
        raise CommandError(f"--principal: {wrong}", status=2) from wrong


# Out of files.


class Files(NamedTuple):
    """The files of each layer; without any, a store is asked."""

    identity: Sequence[Path]
    boundary: Path | None
    session: Path | None
    resource: Path | None
    scps: Sequence[Path]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any((self.identity, self.boundary, self.session, self.resource, self.scps))


def from_files(name: str, files: Files) -> Explained:
    """Read the policies of files; CommandError when one is no policy."""
    principal, reading = principal_named(name), _Reading()
    session: tuple[Source, ...] | None = (reading.read(files.session),) if files.session else None
    if session is None and principal.kind is PrincipalKind.FEDERATED_USER:
        session = ()  # GetFederationToken without policies allows nothing
    held = Held(
        identity=tuple(reading.read(file) for file in files.identity),
        boundary=reading.read(files.boundary) if files.boundary else None,
        session=session,
        resource=reading.read(files.resource) if files.resource else None,
        scps=tuple((reading.read(file),) for file in files.scps) or None,
    )
    return Explained(principal, held, {**around(), **simulated.told_by(principal)}, reading.placings)


class _Reading:
    """Reads files, and keeps where their statements stand."""

    def __init__(self) -> None:
        self.placings: dict[str, Placing] = {}

    def read(self, file: Path) -> Source:
        source = read_source(file)
        self.placings[str(file)] = lambda index: Place(*source.place(f"Statement[{index}]"))
        return Source(str(file), source.text, _parsed(file, source.text))


def _parsed(file: Path, text: str) -> Policy:
    try:
        return parse(text)
    except PolicyError as wrong:
        place = f" ({wrong.path})" if wrong.path else ""
        raise CommandError(f"{file}: {wrong.message}{place}", status=2) from wrong


# Out of a store.


def from_store(tx: Tx, name: str, account_id: str | None, action: str, resource: str) -> Explained:
    """Read somebody's policies, and the trust policy of a role that is to be assumed.

    `name` may be short (`user/bob`) where the account is clear. CommandError when that is nobody.
    """
    found = _service(name) or _of_account(tx, _whole(tx, name, account_id), account_id)
    if not asks_for_trust(action, resource):
        return found
    trust = _trust(tx, resource)
    return found._replace(held=replace(found.held, resource=trust))


def _service(name: str) -> Explained | None:
    if not _SERVICE.fullmatch(name):
        return None
    return Explained(principal_named(name), Held(), {**around(), "aws:principalisawsservice": "true"})


def _whole(tx: Tx, name: str, account_id: str | None) -> str:
    if name.startswith("arn:"):
        return name
    held = [account.account_id for account in accounts.every(tx)]
    if account_id is None and len(held) != 1:
        raise CommandError(f"there are {len(held)} accounts: name one with --account-id", status=2)
    return arns.iam(account_id or held[0], name)


def _of_account(tx: Tx, arn: str, account_id: str | None) -> Explained:
    principal = principal_named(arn)
    owner = principal.account or ""
    if account_id is not None and account_id != owner:
        raise CommandError(f"{arn} is not of the account {account_id}", status=2)
    if accounts.find(tx, owner) is None:
        raise CommandError(f"there is no account {owner}", status=2)
    if principal.kind is PrincipalKind.ROOT:
        return Explained(principal, Held(), {**around(), **simulated.told_by(principal), "aws:userid": owner})
    if session := _SESSION.fullmatch(arn):
        return _session(tx, owner, session[2], session[3], principal)
    entity = policy_sources.find(tx, owner, arn)
    if entity is None or isinstance(entity, Group):
        raise CommandError(f"there is no user and no role {arn}", status=2)
    asker = simulated.itself(entity, owner, policy_sources.tags_of(tx, owner, entity))
    return Explained(asker.principal, _held(tx, owner, entity), {**around(), **asker.keys})


def _session(tx: Tx, account_id: str, role_name: str, session: str, principal: Principal) -> Explained:
    role = ROLES.find(tx, account_id, role_name)
    if role is None or role.role_name != role_name:
        raise CommandError(f"there is no role {role_name} in the account {account_id}", status=2)
    asker = simulated.itself(role, account_id, policy_sources.tags_of(tx, account_id, role))
    named = Principal(principal.kind, principal.arn, account_id, role.role_id, role_arn=role.arn)
    keys = {**around(), **asker.keys, "aws:userid": f"{role.role_id}:{session}"}
    return Explained(named, _held(tx, account_id, role), keys)


def _held(tx: Tx, account_id: str, entity: Entity) -> Held:
    return Held(
        identity=policy_sources.held(tx, account_id, entity),
        boundary=policy_sources.boundary(tx, account_id, entity),
    )


def _trust(tx: Tx, arn: str) -> Source | None:
    """Return the trust policy of a role, in whichever account of the store."""
    found = _OF_ROLE.fullmatch(arn)
    role = policy_sources.find(tx, found[1], arn) if found else None
    return policy_sources.trust_of(tx, role) if isinstance(role, Role) else None
