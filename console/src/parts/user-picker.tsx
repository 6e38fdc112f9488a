import type { User } from "@aws-sdk/client-iam";
import { listUsers } from "../data/users.ts";
import { type Column, Listing } from "../shared/listing.tsx";
import { dateText } from "../shared/text.ts";
import { useLoad } from "../state/load.ts";

const COLUMNS: readonly Column<User>[] = [
  { id: "name", header: "User name", text: nameOf },
  { id: "created", header: "Created", text: ({ CreateDate }) => dateText(CreateDate) },
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
    <Listing
      title={title}
      things="users"
      list={{ ...users, data: offered }}
      columns={COLUMNS}
      nameOf={nameOf}
      selection={{ type: "multi", items: chosen, onChange }}
      empty="No users."
    />
  );
}
