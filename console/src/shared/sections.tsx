import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { setQueryParams, useQueryParam } from "../state/router.ts";

export type Section = { id: string; label: string; content: () => ReactNode };

type Props = { label: string; sections: readonly [Section, ...Section[]] };

/** The tabs of a page. Which one is open is in the address; the others are not even loaded. */
export function Sections({ label, sections }: Props) {
  const asked = useQueryParam("section");
  const open = sections.find(({ id }) => id === asked) ?? sections[0];
  return (
    <Tabs
      activeTabId={open.id}
      ariaLabel={label}
      onChange={({ detail }) =>
        setQueryParams({ section: detail.activeTabId, dialog: undefined, on: undefined })
      }
      tabs={sections.map(({ id, label, content }) => ({ id, label, content: id === open.id && content() }))}
    />
  );
}
