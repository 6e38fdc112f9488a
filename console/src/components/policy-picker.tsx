import type { Policy } from "@aws-sdk/client-iam";
import { listPolicies, policyType } from "../data/policies.ts";
import { type Column, ResourceTable, type Selection } from "../shared/resource-table.tsx";
import { useLoad } from "../state/load.ts";

const COLUMNS: readonly Column<Policy>[] = [
  {
    id: "name",
    header: "Policy name",
    text: getName,
    cell: (policy) => <span className="breakable">{getName(policy)}</span>,
  },
  { id: "type", header: "Type", text: ({ Arn }) => policyType(Arn) },
];

function getName({ PolicyName = "" }: Policy): string {
  return PolicyName;
}

type Props = {
  title: string;
  type?: Selection<Policy>["type"];
  selected: readonly Policy[];
  onChange: (selected: readonly Policy[]) => void;
};

/** A table to select managed policies from. */
export function PolicyPicker({ title, type = "multi", selected, onChange }: Props) {
  const policies = useLoad("policies", listPolicies);
  return (
    <ResourceTable
      title={title}
      pluralName="policies"
      loaded={policies}
      columns={COLUMNS}
      getName={getName}
      selection={{ type, items: selected, onChange }}
      empty="No policies"
    />
  );
}
