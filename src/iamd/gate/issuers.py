"""What accounts publish as issuers of web identity tokens, for everybody who verifies the tokens."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from iamd.core import clock
from iamd.core.clock import Clock
from iamd.core.records import Issuer
from iamd.domain import issuers as issuer_rules
from iamd.domain import signing_keys as key_rules
from iamd.domain.web_identity_tokens import NAMESPACE
from iamd.store import issuers, signing_keys
from iamd.store.database import Database
from iamd.store.query import Tx

CONFIGURATION_PATH = "/.well-known/openid-configuration"
JWKS_PATH = "/.well-known/jwks.json"
PATH_PREFIX = issuer_rules.PATH_PREFIX

Document = Mapping[str, Any]


class IssuerDirectory(NamedTuple):
    """Returns the public documents of issuers; they contain nothing about the account."""

    database: Database
    base_url: str
    time: Clock = clock.now

    def find_configuration(self, issuer_id: str) -> Document | None:
        """Return an issuer's discovery document; None if there is no such issuer or it has been disabled."""
        with self.database.read() as tx:
            if self._find(tx, issuer_id) is None:
                return None
        url = issuer_rules.url(self.base_url, issuer_id)
        return {
            "issuer": url,
            "jwks_uri": url + JWKS_PATH,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(key_rules.ALGORITHMS),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", NAMESPACE],
        }

    def find_keys(self, issuer_id: str) -> Document | None:
        """Return an issuer's keys as a JWK set; None as `find_configuration` does."""
        with self.database.read() as tx:
            issuer = self._find(tx, issuer_id)
            if issuer is None:
                return None
            keys = signing_keys.list_all(tx, issuer.account_id)
        published = key_rules.select_published(keys, self._epoch())
        return {"keys": [orjson.loads(key.public_key) for key in published]}

    def _find(self, tx: Tx, issuer_id: str) -> Issuer | None:
        issuer = issuers.find_by_id(tx, issuer_id)
        return issuer if issuer and issuer_rules.is_published(issuer, self._epoch()) else None

    def _epoch(self) -> int:
        return int(self.time().timestamp())
