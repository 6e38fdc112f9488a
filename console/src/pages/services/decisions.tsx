import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { listServiceDecisions } from "../../api/iamd.ts";
import { type DecisionPage, nextDecisions } from "../../data/service-decisions.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";
import { useQueryParam } from "../../state/router.ts";
import { useSession } from "../../state/session.tsx";
import { useTask } from "../../state/task.ts";
import { decisionColumns } from "./decision-columns.tsx";
import { DecisionFilter, type Filter } from "./decision-filter.tsx";

const PAGE_SIZE = 50;

/** What was decided, by the filter in the URL. */
export function Decisions() {
  const { AccountId } = useSession();
  const filter = { service: useQueryParam("service"), outcome: useQueryParam("outcome") };
  const key = `decisions ${filter.service} ${filter.outcome}`;
  const request = (marker: string | undefined) =>
    listServiceDecisions({
      ServiceName: filter.service,
      Outcome: filter.outcome,
      Marker: marker,
      MaxItems: PAGE_SIZE,
    });
  const first = useLoad(key, () => nextDecisions(request));
  const [loadedOlder, setOlder] = useState<DecisionPage & { key: string }>();
  const older = loadedOlder?.key === key ? loadedOlder : undefined;
  const task = useTask();
  const marker = (older ?? first.data)?.marker;
  const reload = () => {
    setOlder(undefined);
    task.clearError();
    first.reload();
  };
  const loadOlder = () =>
    task.run(async () => {
      const next = await nextDecisions(request, marker);
      setOlder({ key, decisions: [...(older?.decisions ?? []), ...next.decisions], marker: next.marker });
    });
  const decisions = first.data && [...first.data.decisions, ...(older?.decisions ?? [])];
  return (
    <ResourceTable
      title="Decisions"
      description="The newest first, from the audit log. Equal decisions within a minute are counted together, with one of their resources."
      pluralName="decisions"
      short
      loaded={{ ...first, data: decisions }}
      columns={decisionColumns(AccountId)}
      getName={({ EventId }) => EventId}
      hasMore={marker !== undefined}
      filter={<DecisionFilter filter={filter} />}
      actions={
        <Button
          iconName="refresh"
          ariaLabel="Refresh decisions"
          loading={first.loading && decisions !== undefined}
          onClick={reload}
        />
      }
      empty={isFiltered(filter) ? "No decisions match the filter" : "No decisions"}
      footer={
        marker && (
          <SpaceBetween size="s">
            <ErrorAlert error={task.error} />
            <Button loading={task.busy} onClick={() => void loadOlder()}>
              Load older decisions
            </Button>
          </SpaceBetween>
        )
      }
    />
  );
}

function isFiltered({ service, outcome }: Filter): boolean {
  return service !== undefined || outcome !== undefined;
}
