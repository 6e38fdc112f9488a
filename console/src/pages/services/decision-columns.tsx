import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ServiceDecision } from "../../api/iamd.ts";
import { describeCaller } from "../../data/service-decisions.ts";
import { formatDate } from "../../shared/format.ts";
import type { Column } from "../../shared/resource-table.tsx";

/** The columns of decisions of an account. They cannot be sorted, since not all decisions are loaded. */
export function decisionColumns(accountId: string): Column<ServiceDecision>[] {
  return [
    { id: "time", minWidth: 130, header: "Time", cell: ({ EventTime }) => formatDate(EventTime) },
    {
      id: "caller",
      minWidth: 130,
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
      minWidth: 180,
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
    { id: "outcome", minWidth: 260, header: "Outcome", cell: (decision) => <Outcome decision={decision} /> },
    { id: "times", header: "Times", cell: ({ Times }) => Times },
  ];
}

function CallerName({ caller, accountId }: { caller: string; accountId: string }) {
  const { text, href } = describeCaller(caller, accountId);
  return <span className="breakable">{href ? <Link href={href}>{text}</Link> : text}</span>;
}

function Outcome({ decision: { Outcome: outcome, Message } }: { decision: ServiceDecision }) {
  if (outcome === "Allowed") return <StatusIndicator type="success">Allowed</StatusIndicator>;
  return (
    <>
      <StatusIndicator type="error">Denied</StatusIndicator>
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
