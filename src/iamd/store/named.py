"""What every kind of named entity of an account shares: look-up, uniqueness, renaming, pages by path."""

from typing import Generic, TypeVar

import sqlalchemy as sa

from iamd.core.errors import EntityAlreadyExists
from iamd.core.records import Group, InstanceProfile, Role, User
from iamd.store import paging
from iamd.store.paging import Cut, Page
from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import instance_profiles, roles, user_groups, users

Entity = TypeVar("Entity", User, Group, Role, InstanceProfile)


def under(column: sa.Column[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a path begins with `:prefix`."""
    return sa.func.substr(column, 1, sa.func.length(bind("prefix"))) == bind("prefix")


class Store(Generic[Entity]):
    """The queries of one table of named entities; `kind` is the word that AWS's messages use."""

    def __init__(self, table: sa.Table, record: type[Entity], kind: str) -> None:
        self.kind = kind
        noun = kind.lower().replace(" ", "_")
        self.name_of = f"{noun}_name"
        self.id_of = f"{noun}_id"
        fields = [table.c[name] for name in record._fields]
        chosen = sa.select(*fields)
        make = record._make
        self._find: Query[Entity] = Query(chosen.where(binding(table, "account_id", "name_key")), make)
        self._by_id: Query[Entity] = Query(chosen.where(binding(table, "account_id", self.id_of)), make)
        self._anywhere: Query[Entity] = Query(chosen.where(binding(table, self.id_of)), make)
        self._page: Query[Entity] = Query(
            chosen.where(binding(table, "account_id"), table.c.name_key > bind("after"), under(table.c.path))
            .order_by(table.c.name_key)
            .limit(bind("limit")),
            make,
        )
        self._every: Query[Entity] = Query(
            chosen.where(binding(table, "account_id")).order_by(table.c.name_key), make
        )
        self._add = Write(sa.insert(table))
        self._remove = Write(sa.delete(table).where(binding(table, "account_id", self.id_of)))
        changing = ["name_key", self.name_of, "path", "arn"]
        self._rename = Write(
            sa.update(table)
            .where(table.c.account_id == bind("account"), table.c[self.id_of] == bind("entity"))
            .values({name: bind(name) for name in changing})
        )

    def find(self, tx: Tx, account_id: str, name: str) -> Entity | None:
        """Find by name, without regard to case."""
        return self._find.one(tx, account_id=account_id, name_key=name.lower())

    def by_id(self, tx: Tx, account_id: str, unique_id: str) -> Entity | None:
        return self._by_id.one(tx, account_id=account_id, **{self.id_of: unique_id})

    def anywhere(self, tx: Tx, unique_id: str) -> Entity | None:
        """Find by unique ID, in whichever account it is."""
        return self._anywhere.one(tx, **{self.id_of: unique_id})

    def every(self, tx: Tx, account_id: str) -> list[Entity]:
        """Return all of an account by name, however many they are."""
        return self._every.all(tx, account_id=account_id)

    def page(self, tx: Tx, account_id: str, prefix: str, asked: Cut) -> Page[Entity]:
        """List by name those whose path begins with `prefix`."""
        return paging.fetch(self._page, tx, asked, self._place, account_id=account_id, prefix=prefix)

    def _place(self, entity: Entity) -> str:
        return str(getattr(entity, self.name_of)).lower()

    def add(self, tx: Tx, account_id: str, entity: Entity) -> None:
        """Add an entity; EntityAlreadyExists when its name is taken in any case."""
        self._refuse_taken(tx, account_id, getattr(entity, self.name_of))
        self._add.run(tx, account_id=account_id, name_key=self._place(entity), **entity._asdict())

    def rename(self, tx: Tx, account_id: str, held: Entity, wanted: Entity) -> None:
        """Change name, path and ARN; EntityAlreadyExists when another has the name."""
        if self._place(held) != self._place(wanted):
            self._refuse_taken(tx, account_id, getattr(wanted, self.name_of))
        self._rename.run(
            tx,
            account=account_id,
            entity=getattr(held, self.id_of),
            name_key=self._place(wanted),
            path=wanted.path,
            arn=wanted.arn,
            **{self.name_of: getattr(wanted, self.name_of)},
        )

    def _refuse_taken(self, tx: Tx, account_id: str, name: str) -> None:
        if self.find(tx, account_id, name):
            raise EntityAlreadyExists(f"{self.kind} with name {name} already exists.")

    def remove(self, tx: Tx, account_id: str, unique_id: str) -> None:
        self._remove.run(tx, account_id=account_id, **{self.id_of: unique_id})


USERS = Store(users, User, "User")
GROUPS = Store(user_groups, Group, "Group")
ROLES = Store(roles, Role, "Role")
INSTANCE_PROFILES = Store(instance_profiles, InstanceProfile, "Instance Profile")
