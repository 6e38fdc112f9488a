import type { Policy } from "@aws-sdk/client-iam";
import { listPolicies, policyType } from "../data/policies.ts";
import { type Column, Listing, type Selection } from "../shared/listing.tsx";
import { useLoad } from "../state/load.ts";

const COLUMNS: readonly Column<Policy>[] = [
  {
    id: "name",
    header: "Policy name",
    text: nameOf,
    cell: (policy) => <span className="breakable">{nameOf(policy)}</span>,
  },
  { id: "type", header: "Type", text: ({ Arn }) => policyType(Arn) },
];

function nameOf({ PolicyName = "" }: Policy): string {
  return PolicyName;
}

type Props = {
  title: string;
  type?: Selection<Policy>["type"];
  chosen: readonly Policy[];
  onChange: (chosen: readonly Policy[]) => void;
};

/** Managed policies to choose from. */
export function PolicyPicker({ title, type = "multi", chosen, onChange }: Props) {
  const policies = useLoad("policies", listPolicies);
  return (
    <Listing
      title={title}
      things="policies"
      list={policies}
      columns={COLUMNS}
      nameOf={nameOf}
      selection={{ type, items: chosen, onChange }}
      empty="No policies."
    />
  );
}
