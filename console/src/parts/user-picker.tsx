import type { User } from "@aws-sdk/client-iam";
import { listUsers } from "../data/users.ts";
import { formatDate } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { useLoad } from "../state/load.ts";

const COLUMNS: readonly Column<User>[] = [
  { id: "name", header: "User name", text: nameOf },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function nameOf({ UserName = "" }: User): string {
  return UserName;
}

type Props = {
  title: string;
  chosen: readonly User[];
  onChange: (chosen: readonly User[]) => void;
  without?: readonly string[];
};

/** Users to choose from. */
export function UserPicker({ title, chosen, onChange, without = [] }: Props) {
  const users = useLoad("users", listUsers);
  const offered = users.data?.filter((user) => !without.includes(nameOf(user)));
  return (
    <ResourceTable
      title={title}
      pluralName="users"
      loaded={{ ...users, data: offered }}
      columns={COLUMNS}
      getName={nameOf}
      selection={{ type: "multi", items: chosen, onChange }}
      empty="No users."
    />
  );
}
