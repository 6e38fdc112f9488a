"""Entries of the audit queue for calls: the event, and the last use of an access key, a session or a role."""

from iamd.gate import console_sessions
from iamd.gate.audit_queue import AuditEntry
from iamd.gate.callers import AuthenticatedCaller
from iamd.gate.invocation import Invocation
from iamd.store.access_keys import AccessKeyLastUsed
from iamd.store.audit import AuditEvent
from iamd.store.roles import RoleLastUsed


def audit_entry(
    event: AuditEvent | None,
    coalesce_key: tuple[str, ...] | None,
    authenticated_caller: AuthenticatedCaller,
    invocation: Invocation,
) -> AuditEntry:
    """Return the queue entry of a call: its event, and the last use of its access key, session or role."""
    caller = authenticated_caller.caller
    if caller.session is not None:
        is_stale = console_sessions.needs_last_use_update(caller.session, invocation.epoch)
        return AuditEntry(
            event,
            coalesce_key,
            session_use=(caller.session.token_hash, invocation.epoch) if is_stale else None,
        )
    if caller.role is not None:
        region = invocation.request_context.region
        return AuditEntry(
            event,
            coalesce_key,
            role_use=RoleLastUsed(caller.account_id, caller.role.role_id, invocation.timestamp, region),
        )
    if caller.has_temporary_credentials or caller.web_identity is not None:
        return AuditEntry(
            event, coalesce_key, is_anonymous=coalesce_key is not None and caller.web_identity is not None
        )
    return AuditEntry(event, coalesce_key, access_key_use=_access_key_use(authenticated_caller, invocation))


def _access_key_use(authenticated_caller: AuthenticatedCaller, invocation: Invocation) -> AccessKeyLastUsed:
    model = invocation.operation.model
    return AccessKeyLastUsed(
        authenticated_caller.caller.account_id,
        authenticated_caller.caller.access_key_id,
        invocation.timestamp,
        model.service,
        invocation.request_context.region,
    )
