import type { User } from "@aws-sdk/client-iam";
import { listUsers } from "../data/users.ts";
import { formatDate } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { useLoad } from "../state/load.ts";

const COLUMNS: readonly Column<User>[] = [
  { id: "name", header: "User name", text: getName },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function getName({ UserName = "" }: User): string {
  return UserName;
}

type Props = {
  title: string;
  selected: readonly User[];
  onChange: (selected: readonly User[]) => void;
  exclude?: readonly string[];
};

/** A table to select users from. */
export function UserPicker({ title, selected, onChange, exclude = [] }: Props) {
  const users = useLoad("users", listUsers);
  const available = users.data?.filter((user) => !exclude.includes(getName(user)));
  return (
    <ResourceTable
      title={title}
      pluralName="users"
      loaded={{ ...users, data: available }}
      columns={COLUMNS}
      getName={getName}
      selection={{ type: "multi", items: selected, onChange }}
      empty="No users"
    />
  );
}
