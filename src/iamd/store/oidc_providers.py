"""OpenID Connect providers of an account."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import OidcProvider
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import oidc_providers

_select = sa.select(*(oidc_providers.c[name] for name in OidcProvider._fields))


def _provider_from_row(row: Any) -> OidcProvider:
    arn, url, client_ids, thumbprints, create_date = row
    return OidcProvider(arn, url, tuple(client_ids.split()), tuple(thumbprints.split()), create_date)


_find = Query(_select.where(columns_equal(oidc_providers, "account_id", "arn")), _provider_from_row)
_list_all = Query(
    _select.where(columns_equal(oidc_providers, "account_id")).order_by(oidc_providers.c.arn),
    _provider_from_row,
)
_add = Write(sa.insert(oidc_providers))
_update = Write(
    sa.update(oidc_providers)
    .where(oidc_providers.c.account_id == bind("account"), oidc_providers.c.arn == bind("provider"))
    .values(client_ids=bind("client_ids"), thumbprints=bind("thumbprints"))
)
_delete = Write(sa.delete(oidc_providers).where(columns_equal(oidc_providers, "account_id", "arn")))


def find(tx: Tx, account_id: str, arn: str) -> OidcProvider | None:
    return _find.first(tx, account_id=account_id, arn=arn)


def list_all(tx: Tx, account_id: str) -> list[OidcProvider]:
    """Return all providers of an account, sorted by ARN; a quota limits their number."""
    return _list_all.all(tx, account_id=account_id)


def add(tx: Tx, account_id: str, provider: OidcProvider) -> None:
    """Insert a provider; the caller has checked that its ARN is unused.

    Client IDs and thumbprints must not contain white space: they are stored as one text, one per line.
    """
    _add.execute(
        tx,
        account_id=account_id,
        arn=provider.arn,
        url=provider.url,
        client_ids="\n".join(provider.client_ids),
        thumbprints="\n".join(provider.thumbprints),
        create_date=provider.create_date,
    )


def update(tx: Tx, account_id: str, provider: OidcProvider) -> None:
    """Update a provider's client IDs and thumbprints."""
    _update.execute(
        tx,
        account=account_id,
        provider=provider.arn,
        client_ids="\n".join(provider.client_ids),
        thumbprints="\n".join(provider.thumbprints),
    )


def delete(tx: Tx, account_id: str, arn: str) -> None:
    _delete.execute(tx, account_id=account_id, arn=arn)
