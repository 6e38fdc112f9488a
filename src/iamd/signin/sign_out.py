"""Sign-out: deletes the session on the server."""

from iamd.signin import identity as identities
from iamd.signin import sign_in_events
from iamd.signin.services import Client, SignInServices
from iamd.store import audit, sessions


def sign_out(services: SignInServices, session_token: str, client: Client) -> None:
    """End a session or a pending sign-in, and write an audit event; does nothing if there is none."""
    with services.dependencies.database.write() as tx:
        session = sessions.find(tx, sessions.hash_token(session_token))
        if session is None:
            return
        sessions.delete(tx, session.token_hash)
        identity = identities.find_by_user_id(tx, session.account_id, session.user_id)
        if identity is not None:
            audit.add(
                tx,
                [
                    sign_in_events.event(
                        identity, "ConsoleLogout", client.request_context, services.timestamp()
                    )
                ],
            )
