"""Signing out: the session ends on the server, whatever becomes of the cookie."""

from iamd.api.signin import record
from iamd.api.signin import who as look
from iamd.api.signin.desk import Desk, Visitor
from iamd.store import audit, sessions


def sign_out(desk: Desk, token: str, visitor: Visitor) -> None:
    """End a session, or a sign-in under way; nothing when there is none."""
    with desk.means.database.write() as tx:
        held = sessions.find(tx, sessions.hashed(token))
        if held is None:
            return
        sessions.remove(tx, held.token_hash)
        who = look.of_session(tx, held.account_id, held.user_id)
        if who is not None:
            audit.add(tx, [record.event(who, "ConsoleLogout", visitor.around, desk.at())])
