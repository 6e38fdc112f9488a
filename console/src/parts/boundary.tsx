import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { deletePermissionsBoundary, type UserOrRole } from "../data/permissions-boundaries.ts";
import { CopyableText } from "../shared/copyable-text.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { BoundaryDialog } from "./boundary-dialog.tsx";

type Props = { entity: UserOrRole; arn: string | undefined; onChanged: () => void };

/** The permissions boundary of a user or a role. */
export function Boundary({ entity, arn, onChanged }: Props) {
  const [dialog, setDialog] = useState<"set" | "remove">();
  const close = () => setDialog(undefined);
  const changed = () => {
    close();
    onChanged();
  };
  return (
    <Container
      header={
        <Header
          description={`A managed policy that limits what the ${entity.kind}'s other policies can give it. By itself it gives nothing.`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {arn && <Button onClick={() => setDialog("remove")}>Remove boundary</Button>}
              <Button onClick={() => setDialog("set")}>
                {arn ? "Change boundary" : "Set permissions boundary"}
              </Button>
            </SpaceBetween>
          }
        >
          Permissions boundary ({arn ? "set" : "not set"})
        </Header>
      }
    >
      {arn ? <CopyableText value={arn} name="Boundary ARN" /> : <Box color="text-body-secondary">None.</Box>}
      {dialog === "set" && <BoundaryDialog entity={entity} onSaved={changed} onCancel={close} />}
      {dialog === "remove" && <RemoveDialog entity={entity} onRemoved={changed} onCancel={close} />}
    </Container>
  );
}

type RemoveProps = { entity: UserOrRole; onRemoved: () => void; onCancel: () => void };

function RemoveDialog({ entity, onRemoved, onCancel }: RemoveProps) {
  const task = useTask();
  const remove = async () => {
    if (!(await task.run(() => deletePermissionsBoundary(entity)))) return;
    flash(`Permissions boundary of ${entity.name} removed.`);
    onRemoved();
  };
  return (
    <FormDialog
      title="Remove permissions boundary"
      submitText="Remove boundary"
      task={task}
      onSubmit={() => void remove()}
      onCancel={onCancel}
    >
      <Box>
        From then on <b>{entity.name}</b> may do all that its policies allow.
      </Box>
    </FormDialog>
  );
}
