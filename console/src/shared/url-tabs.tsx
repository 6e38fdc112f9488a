import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { setQueryParams, useQueryParam } from "../state/router.ts";

export type UrlTab = { id: string; label: string; content: () => ReactNode };

type Props = { label: string; tabs: readonly [UrlTab, ...UrlTab[]] };

/** The tabs of a page. The active one is in the URL; only its content is rendered. */
export function UrlTabs({ label, tabs }: Props) {
  const activeId = useQueryParam("section");
  const activeTab = tabs.find(({ id }) => id === activeId) ?? tabs[0];
  return (
    <Tabs
      activeTabId={activeTab.id}
      ariaLabel={label}
      onChange={({ detail }) =>
        setQueryParams({ section: detail.activeTabId, dialog: undefined, on: undefined })
      }
      tabs={tabs.map(({ id, label, content }) => ({ id, label, content: id === activeTab.id && content() }))}
    />
  );
}
