"""Named entities (users, groups, roles, instance profiles): look-up, unique names, renaming, pages."""

from typing import Generic, TypeVar

import sqlalchemy as sa

from iamd.core.errors import EntityAlreadyExists
from iamd.core.records import Group, InstanceProfile, Role, User
from iamd.store.paging import Page, PageLimits
from iamd.store.path_pages import PathPages
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import instance_profiles, roles, user_groups, users

Entity = TypeVar("Entity", User, Group, Role, InstanceProfile)


class EntityStore(Generic[Entity]):
    """The queries of one table of named entities; `kind` is the entity's name in AWS's messages."""

    def __init__(self, table: sa.Table, record: type[Entity], kind: str) -> None:
        self.kind = kind
        entity_type = kind.lower().replace(" ", "_")
        self.name_field = f"{entity_type}_name"
        self.id_field = f"{entity_type}_id"
        columns = [table.c[name] for name in record._fields]
        select = sa.select(*columns)
        row_factory = record._make
        self._find: Query[Entity] = Query(
            select.where(columns_equal(table, "account_id", "name_key")), row_factory
        )
        self._find_by_id: Query[Entity] = Query(
            select.where(columns_equal(table, "account_id", self.id_field)), row_factory
        )
        self._find_in_any_account: Query[Entity] = Query(
            select.where(columns_equal(table, self.id_field)), row_factory
        )
        self._path_pages: PathPages[Entity] = PathPages(table, list(record._fields), row_factory)
        self._list_all: Query[Entity] = Query(
            select.where(columns_equal(table, "account_id")).order_by(table.c.name_key), row_factory
        )
        self._add = Write(sa.insert(table))
        self._delete = Write(sa.delete(table).where(columns_equal(table, "account_id", self.id_field)))
        mutable_columns = ["name_key", self.name_field, "path", "arn"]
        self._rename = Write(
            sa.update(table)
            .where(table.c.account_id == bind("account"), table.c[self.id_field] == bind("entity"))
            .values({name: bind(name) for name in mutable_columns})
        )

    def find(self, tx: Tx, account_id: str, name: str) -> Entity | None:
        """Find an entity by name, case-insensitively."""
        return self._find.first(tx, account_id=account_id, name_key=name.lower())

    def find_by_id(self, tx: Tx, account_id: str, unique_id: str) -> Entity | None:
        return self._find_by_id.first(tx, account_id=account_id, **{self.id_field: unique_id})

    def find_in_any_account(self, tx: Tx, unique_id: str) -> Entity | None:
        """Find an entity by its unique ID, in any account."""
        return self._find_in_any_account.first(tx, **{self.id_field: unique_id})

    def list_all(self, tx: Tx, account_id: str) -> list[Entity]:
        """Return all entities of an account, sorted by name."""
        return self._list_all.all(tx, account_id=account_id)

    def list_page(self, tx: Tx, account_id: str, prefix: str, limits: PageLimits) -> Page[Entity]:
        """Return one page of the entities whose path begins with `prefix`, sorted by name."""
        return self._path_pages.fetch(tx, account_id, prefix, limits, self._sort_key)

    def _sort_key(self, entity: Entity) -> str:
        return str(getattr(entity, self.name_field)).lower()

    def add(self, tx: Tx, account_id: str, entity: Entity) -> None:
        """Insert an entity; raise EntityAlreadyExists if its name is taken, case-insensitively."""
        self._check_name_available(tx, account_id, getattr(entity, self.name_field))
        self._add.execute(tx, account_id=account_id, name_key=self._sort_key(entity), **entity._asdict())

    def rename(self, tx: Tx, account_id: str, old_entity: Entity, new_entity: Entity) -> None:
        """Change name, path and ARN; raise EntityAlreadyExists if another entity has the name."""
        if self._sort_key(old_entity) != self._sort_key(new_entity):
            self._check_name_available(tx, account_id, getattr(new_entity, self.name_field))
        self._rename.execute(
            tx,
            account=account_id,
            entity=getattr(old_entity, self.id_field),
            name_key=self._sort_key(new_entity),
            path=new_entity.path,
            arn=new_entity.arn,
            **{self.name_field: getattr(new_entity, self.name_field)},
        )

    def _check_name_available(self, tx: Tx, account_id: str, name: str) -> None:
        if self.find(tx, account_id, name):
            raise EntityAlreadyExists(f"{self.kind} with name {name} already exists.")

    def delete(self, tx: Tx, account_id: str, unique_id: str) -> None:
        self._delete.execute(tx, account_id=account_id, **{self.id_field: unique_id})


USERS = EntityStore(users, User, "User")
GROUPS = EntityStore(user_groups, Group, "Group")
ROLES = EntityStore(roles, Role, "Role")
INSTANCE_PROFILES = EntityStore(instance_profiles, InstanceProfile, "Instance Profile")
