import { DeleteProvidersDialog } from "../../components/delete-providers-dialog.tsx";
import { TagsTab } from "../../components/tags-tab.tsx";
import {
  addAudience,
  addThumbprint,
  getProvider,
  type Provider,
  removeAudience,
  removeThumbprint,
  THUMBPRINT_HINT,
} from "../../data/providers.ts";
import { providerName } from "../../data/trust-policy.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { DetailPage } from "../../shared/detail-page.tsx";
import { formatDate } from "../../shared/format.ts";
import { PROVIDERS } from "../../shared/paths.ts";
import { Summary } from "../../shared/summary.tsx";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { ValueTable } from "./value-table.tsx";

/** The page of an identity provider; `name` is its ARN. */
export default function ProviderPage({ name: arn }: { name: string }) {
  const provider = useLoad(`provider ${arn}`, () => getProvider(arn));
  return (
    <DetailPage
      title={providerName(arn)}
      resource={provider}
      deleteDialog={(_, close) => (
        <DeleteProvidersDialog arns={[arn]} onDeleted={() => navigate(PROVIDERS)} onCancel={close} />
      )}
    >
      {(data) => (
        <>
          <ProviderSummary data={data} />
          <ProviderTabs data={data} reload={provider.reload} />
        </>
      )}
    </DetailPage>
  );
}

function ProviderSummary({ data }: { data: Provider }) {
  return (
    <Summary
      items={[
        { label: "Provider", value: <span className="breakable">{data.url}</span> },
        { label: "Provider type", value: "OpenID Connect" },
        { label: "Creation time", value: formatDate(data.createDate) },
        { label: "ARN", value: <CopyableText value={data.arn} name="ARN" /> },
      ]}
    />
  );
}

function ProviderTabs({ data, reload }: { data: Provider; reload: () => void }) {
  return (
    <UrlTabs
      label="Identity provider"
      tabs={[
        {
          id: "audiences",
          label: "Audiences",
          content: () => (
            <ValueTable
              noun="audience"
              title="Audiences"
              description="Also known as client IDs. Tokens issued for any other audience are rejected."
              empty="No audiences. All tokens are rejected."
              values={data.audiences}
              add={(audience) => addAudience(data.arn, audience)}
              remove={(audience) => removeAudience(data.arn, audience)}
              onChanged={reload}
            />
          ),
        },
        {
          id: "thumbprints",
          label: "Endpoint verification",
          content: () => (
            <ValueTable
              noun="thumbprint"
              title="Thumbprints"
              description="If the provider's certificate is not signed by a trusted certificate authority, its chain must contain a certificate with one of these thumbprints."
              constraint={THUMBPRINT_HINT}
              empty="No thumbprints"
              values={data.thumbprints}
              add={(thumbprint) => addThumbprint(data.arn, thumbprint)}
              remove={(thumbprint) => removeThumbprint(data.arn, thumbprint)}
              onChanged={reload}
            />
          ),
        },
        {
          id: "tags",
          label: "Tags",
          content: () => (
            <TagsTab resource={{ kind: "provider", name: data.arn }} tags={data.tags} onSaved={reload} />
          ),
        },
      ]}
    />
  );
}
