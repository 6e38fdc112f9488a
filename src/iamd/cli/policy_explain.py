"""`iamd policy explain`: why a request is allowed or denied, layer by layer, down to the statement."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from iamd.app import StoreError, opened
from iamd.cli import options
from iamd.cli.errors import CommandError
from iamd.cli.policy_principals import Explained, Files, from_files, from_store
from iamd.cli.policy_sources import YAML_SUFFIXES
from iamd.cli.policy_test import Format
from iamd.core import arns
from iamd.core.errors import Fault
from iamd.keys.master import MasterKeyError
from iamd.ops.iam import simulated
from iamd.ops.operation import Context
from iamd.policy import Layer, Match, Request, explain
from iamd.policy.inquiry import Finding, Source, inquire
from iamd.policy.positions import Place, Span
from iamd.policy.standings import Standing
from iamd.store.migrate import NewerStoreError
from iamd.store.sqlite import FILE

_GRANTING = frozenset({Layer.IDENTITY, Layer.RESOURCE, Layer.TRUST})
_MISSING_STORE = "there is no store in {}: give one with --data or --database, or policies as files"

PrincipalName = Annotated[
    str,
    typer.Option("--principal", metavar="ARN", help="Who: a user, a role, a session; or a service's name."),
]
Action = Annotated[str, typer.Option("--action", metavar="A", help="What to do, such as s3:GetObject.")]
Resource = Annotated[str, typer.Option("--resource", metavar="R", help="To which resource: an ARN, or *.")]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        metavar="KEY=VALUE",
        help="A context key; again for more keys, or for more values of one.",
    ),
]
Identity = Annotated[
    list[Path] | None,
    typer.Option("--identity", metavar="FILE", help="An identity policy; again for more."),
]
Boundary = Annotated[Path | None, typer.Option("--boundary", metavar="F", help="The permissions boundary.")]
Session = Annotated[Path | None, typer.Option("--session", metavar="F", help="The session policy.")]
ResourcePolicy = Annotated[
    Path | None, typer.Option("--resource-policy", metavar="F", help="The policy of the resource.")
]
Scps = Annotated[
    list[Path] | None,
    typer.Option("--scp", metavar="F", help="The SCP of a level, the root's first; again for more levels."),
]
WhichAccount = Annotated[
    str | None,
    typer.Option("--account-id", metavar="ID", help="12 digits. [default: that of the ARN, or the only one]"),
]


class Told(NamedTuple):
    """A statement that decided, and where it stands."""

    match: Match
    policy: str
    place: Place
    text: str

    @property
    def title(self) -> str:
        statement = self.match.statement
        sid = f" ({statement.sid})" if statement.sid else ""
        return f"{self.policy}, statement {statement.index + 1}{sid}, line {self.place.line}"


_COLONS = 5  # of an ARN
_LISTED = {
    "listusers": "user/",
    "listgroups": "group/",
    "listroles": "role/",
    "listinstanceprofiles": "instance-profile/",
}


def explain_request(
    principal: PrincipalName,
    action: Action,
    resource: Resource = "*",
    context: Keys = None,
    identity: Identity = None,
    boundary: Boundary = None,
    session: Session = None,
    resource_policy: ResourcePolicy = None,
    scp: Scps = None,
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: WhichAccount = None,
    form: Annotated[Format, typer.Option("--format", help="text, or one JSON object.")] = Format.TEXT,
) -> None:
    """Explain a decision on policies in files, or on those that somebody has in a store.

    The exit status is 0 when the request is allowed, 1 when it is denied, 2 when that cannot be said.
    """
    given = _context(context or ())
    files = Files(identity or (), boundary, session, resource_policy, scp or ())
    store = {"data": data, "database": database, "master_key_file": master_key_file}
    if not files:
        found = _stored(principal, account_id, action, resource, store)
    elif account_id or any(value is not None for value in store.values()):
        raise CommandError("policies are in files or in a store, not in both", status=2)
    else:
        found = from_files(principal, files)
    finding = _inquired(found, action, resource, given)
    typer.echo(_as_json(found, finding) if form is Format.JSON else "\n".join(_lines(found, finding)))
    if not finding.decision.allowed:
        raise typer.Exit(1)


def _stored(
    principal: str, account_id: str | None, action: str, resource: str, store: dict[str, Any]
) -> Explained:
    """Read a store; whatever goes wrong is status 2, since 1 says that a request is denied."""
    settings = options.settings(**store)
    if settings.database is None and not (settings.data / FILE).exists():
        raise CommandError(_MISSING_STORE.format(settings.data), status=2)
    try:
        with opened(settings) as open_store, open_store.database.read() as tx:
            return from_store(tx, principal, account_id, action, resource)
    except (StoreError, MasterKeyError, NewerStoreError, Fault, OSError) as failed:
        raise CommandError(str(failed), status=2) from failed


def _context(given: Sequence[str]) -> Context:
    """Read KEY=VALUE; a key that is given again has several values."""
    found: dict[str, str | tuple[str, ...]] = {}
    for pair in given:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise CommandError(f"--context: {pair} is not KEY=VALUE", status=2)
        held = found.get(key.lower(), ())
        found[key.lower()] = (*((held,) if isinstance(held, str) else held), value) if held else value
    return found


def _inquired(found: Explained, action: str, resource: str, given: Context) -> Finding:
    if ":" not in action or "*" in action or "?" in action:
        raise CommandError(f"--action: {action} is not the name of an action, such as s3:GetObject", status=2)
    if resource != "*" and resource.count(":") < _COLONS:
        raise CommandError(f"--resource: {resource} is neither an ARN nor *", status=2)
    request = Request(found.principal, action, _named(found, action, resource))
    owner: Context = {"aws:resourceaccount": request.owner} if request.owner else {}
    context = {**found.keys, **simulated.of_action(action), **owner, **given}
    return inquire(replace(request, context=context), found.held)


def _named(found: Explained, action: str, resource: str) -> str:
    """Return the resource that the server asks about where a caller names none: what a list is of."""
    service, _, name = action.partition(":")
    listed = _LISTED.get(name.lower()) if service.lower() == "iam" else None
    if resource != "*" or listed is None or found.principal.account is None:
        return resource
    return arns.iam(found.principal.account, listed)


# What decided.


def _deciding(found: Explained, finding: Finding) -> Iterator[Told]:
    """Return the statements that deny, or those that grant; nothing decides an implicit deny."""
    decision = finding.decision
    for match in decision.matches:
        if match.statement.effect == "Deny" or (decision.allowed and match.layer in _GRANTING):
            source = found.held.source(match)
            span = source.span(match)
            placing = found.placings.get(source.id)
            place = placing(match.statement.index) if placing else source.place(span.start)
            yield Told(match, _called(found, match), place, _quoted(source, span))


def _quoted(source: Source, span: Span) -> str:
    """Return a statement as it is written; one that was written as YAML as it would be in JSON."""
    text = source.text[span.start : span.end]
    if Path(source.id).suffix in YAML_SUFFIXES:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if "\n" not in text:
        return text
    return textwrap.dedent(" " * (source.place(span.start).column - 1) + text)


def _called(found: Explained, match: Match) -> str:
    """Return what a policy is called: its file, or what AWS's simulator calls it."""
    source = found.held.source(match)
    return match.layer.value if match.layer is Layer.TRUST and source.id == "ResourcePolicy" else source.id


def _policies_of(found: Explained, finding: Finding, layer: Layer) -> list[str]:
    """Return the policies of a layer that a statement of matched, each once."""
    return list(dict.fromkeys(_called(found, match) for match in finding.stands[layer].matches))


def _layers(finding: Finding) -> Iterator[tuple[Layer, Standing]]:
    """Return the layers and what they say; nobody is asked about RCPs."""
    for layer, stand in finding.stands.items():
        if layer is not Layer.RCP:
            yield layer, stand.standing


# How it is told.


def _lines(found: Explained, finding: Finding) -> Iterator[str]:
    yield _sentence(finding)
    yield ""
    width = max(len(layer.value) for layer, _ in _layers(finding))
    for layer, standing in _layers(finding):
        policies = ", ".join(_policies_of(found, finding, layer))
        mark = "  <- decides" if layer is finding.decision.layer else ""
        yield f"{layer.value:{width}}  {standing.value:11}  {policies}{mark}".rstrip()
    for told in _deciding(found, finding):
        yield ""
        yield f"{told.match.statement.effect} by {told.match.layer.value} {told.title}:"
        yield textwrap.indent(told.text, "    ")
    if finding.missing:
        yield ""
        yield f"Not given, and asked for by conditions: {', '.join(finding.missing)} (--context KEY=VALUE)"


def _sentence(finding: Finding) -> str:
    request, decision = finding.request, finding.decision
    if not decision.allowed:
        return f"Denied. {explain(request, decision)}"
    return f"Allowed. {request.principal.arn or 'Anybody'} may {request.action} on {request.resource}"


def _as_json(found: Explained, finding: Finding) -> str:
    request, decision = finding.request, finding.decision
    shown = {
        "decision": decision.outcome.value,
        "reason": explain(request, decision) or None,
        "principal": request.principal.arn,
        "action": request.action,
        "resource": request.resource,
        "deciding_layer": decision.layer.value if decision.layer else None,
        "layers": [
            {"layer": layer.value, "says": says.value, "policies": _policies_of(found, finding, layer)}
            for layer, says in _layers(finding)
        ],
        "statements": [_statement(told) for told in _deciding(found, finding)],
        "missing_context": list(finding.missing),
    }
    return json.dumps(shown, ensure_ascii=False)


def _statement(told: Told) -> dict[str, Any]:
    statement = told.match.statement
    return {
        "layer": told.match.layer.value,
        "effect": statement.effect,
        "policy": told.policy,
        "statement": statement.index + 1,
        "sid": statement.sid,
        "line": told.place.line,
        "column": told.place.column,
        "text": told.text,
    }
