import Link from "@cloudscape-design/components/link";
import { DeleteProvidersDialog } from "../../components/delete-providers-dialog.tsx";
import { ResourceListPage } from "../../components/resource-list-page.tsx";
import { getProvider, listProviders } from "../../data/providers.ts";
import { providerName } from "../../data/trust-policy.ts";
import { formatDate } from "../../shared/format.ts";
import { ADD_PROVIDER, providerPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

const COLUMNS: readonly Column<string>[] = [
  {
    id: "name",
    header: "Provider",
    text: providerName,
    cell: (arn) => <Link href={providerPath(arn)}>{providerName(arn)}</Link>,
  },
  { id: "type", header: "Type", text: () => "OpenID Connect" },
  { id: "created", header: "Creation time", cell: (arn) => <CreationTime arn={arn} /> },
];

function CreationTime({ arn }: { arn: string }) {
  const provider = useLoad(`provider ${arn}`, () => getProvider(arn));
  return formatDate(provider.data?.createDate);
}

export default function Providers() {
  const providers = useLoad("providers", listProviders);
  return (
    <ResourceListPage
      title="Identity providers"
      description="Use an identity provider to manage identities outside of this account, and grant them permissions by letting them assume roles."
      pluralName="identity providers"
      loaded={providers}
      columns={COLUMNS}
      getName={providerName}
      createLink={{ text: "Add provider", href: ADD_PROVIDER }}
      deleteDialog={(arns, dialog) => <DeleteProvidersDialog arns={arns} {...dialog} />}
      empty="No identity providers"
    />
  );
}
