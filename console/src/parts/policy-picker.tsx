import type { Policy } from "@aws-sdk/client-iam";
import { listPolicies, policyType } from "../data/policies.ts";
import { type Column, ResourceTable, type Selection } from "../shared/resource-table.tsx";
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
    <ResourceTable
      title={title}
      pluralName="policies"
      loaded={policies}
      columns={COLUMNS}
      getName={nameOf}
      selection={{ type, items: chosen, onChange }}
      empty="No policies."
    />
  );
}
