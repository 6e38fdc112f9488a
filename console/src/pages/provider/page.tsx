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
import { DeleteProvidersDialog } from "../../parts/delete-providers-dialog.tsx";
import { TagsTab } from "../../parts/tags-tab.tsx";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { DetailPage } from "../../shared/detail-page.tsx";
import { formatDate } from "../../shared/format.ts";
import { PROVIDERS } from "../../shared/paths.ts";
import { Summary } from "../../shared/summary.tsx";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { Values } from "./values.tsx";

/** One identity provider; it goes by its ARN. */
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
          <ProviderSummary of={data} />
          <ProviderTabs of={data} reload={provider.reload} />
        </>
      )}
    </DetailPage>
  );
}

function ProviderSummary({ of }: { of: Provider }) {
  return (
    <Summary
      items={[
        { label: "Provider", value: <span className="breakable">{of.url}</span> },
        { label: "Provider type", value: "OpenID Connect" },
        { label: "Creation time", value: formatDate(of.createDate) },
        { label: "ARN", value: <CopyableText value={of.arn} name="ARN" /> },
      ]}
    />
  );
}

function ProviderTabs({ of, reload }: { of: Provider; reload: () => void }) {
  return (
    <UrlTabs
      label="Identity provider"
      tabs={[
        {
          id: "audiences",
          label: "Audiences",
          content: () => (
            <Values
              thing="audience"
              title="Audiences"
              description="Also known as client IDs: tokens that were issued for any other audience are refused."
              empty="No audiences: no token is taken."
              values={of.audiences}
              add={(audience) => addAudience(of.arn, audience)}
              remove={(audience) => removeAudience(of.arn, audience)}
              onChanged={reload}
            />
          ),
        },
        {
          id: "thumbprints",
          label: "Endpoint verification",
          content: () => (
            <Values
              thing="thumbprint"
              title="Thumbprints"
              description="A certificate of the provider that no known authority has signed is taken when its chain holds one of these."
              constraint={THUMBPRINT_HINT}
              empty="No thumbprints."
              values={of.thumbprints}
              add={(thumbprint) => addThumbprint(of.arn, thumbprint)}
              remove={(thumbprint) => removeThumbprint(of.arn, thumbprint)}
              onChanged={reload}
            />
          ),
        },
        {
          id: "tags",
          label: "Tags",
          content: () => <TagsTab of={{ kind: "provider", name: of.arn }} tags={of.tags} onSaved={reload} />,
        },
      ]}
    />
  );
}
