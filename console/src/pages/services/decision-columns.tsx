import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ServiceDecision } from "../../api/iamd.ts";
import { describeCaller } from "../../data/service-decisions.ts";
import { formatDate } from "../../shared/format.ts";
import type { Column } from "../../shared/resource-table.tsx";

/**
 * The columns of decisions of an account, of which a phone shows the first two. They cannot be sorted, since
 * not all decisions are loaded.
 */
export function decisionColumns(accountId: string): Column<ServiceDecision>[] {
  return [
    { id: "time", minWidth: 110, header: "Time", cell: ({ EventTime }) => formatDate(EventTime) },
    { id: "outcome", minWidth: 200, header: "Outcome", cell: (decision) => <Outcome decision={decision} /> },
    {
      id: "caller",
      minWidth: 120,
      header: "Caller",
      cell: ({ Caller, SourceIp }) => (
        <>
          <CallerName caller={Caller} accountId={accountId} />
          {SourceIp && <Detail>from {SourceIp}</Detail>}
        </>
      ),
    },
    {
      id: "action",
      minWidth: 170,
      header: "Action",
      cell: ({ ServiceName, Action, AskerArn, ApiKeyId }) => (
        <>
          <span className="breakable">
            {ServiceName}:{Action}
          </span>
          {AskerArn && (
            <Detail>
              asked by {describeCaller(AskerArn, accountId).text} with {ApiKeyId}
            </Detail>
          )}
        </>
      ),
    },
    {
      id: "resource",
      minWidth: 170,
      header: "Resource",
      cell: ({ Resource }) => <span className="breakable">{Resource ?? "–"}</span>,
    },
  ];
}

function CallerName({ caller, accountId }: { caller: string; accountId: string }) {
  const { text, href } = describeCaller(caller, accountId);
  return <span className="breakable">{href ? <Link href={href}>{text}</Link> : text}</span>;
}

function Outcome({ decision: { Outcome: outcome, Message, Times } }: { decision: ServiceDecision }) {
  const often = Times === 1 ? "" : `, ${Times} times`;
  if (outcome === "Allowed") return <StatusIndicator type="success">Allowed{often}</StatusIndicator>;
  return (
    <>
      <StatusIndicator type="error">Denied{often}</StatusIndicator>
      <Detail>
        {Message ?? "No reason is recorded: who asked does not have the permission iamd:ExplainAccess."}
      </Detail>
    </>
  );
}

function Detail({ children }: { children: React.ReactNode }) {
  return (
    <Box variant="small" color="text-body-secondary" display="block">
      <span className="breakable">{children}</span>
    </Box>
  );
}
