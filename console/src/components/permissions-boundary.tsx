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
import { SetBoundaryDialog } from "./set-boundary-dialog.tsx";

type Props = { entity: UserOrRole; arn: string | undefined; onChanged: () => void };

/** The permissions boundary of a user or role. */
export function PermissionsBoundary({ entity, arn, onChanged }: Props) {
  const [dialog, setDialog] = useState<"set" | "remove">();
  const close = () => setDialog(undefined);
  const handleChange = () => {
    close();
    onChanged();
  };
  return (
    <Container
      header={
        <Header
          description={`Set a permissions boundary to control the maximum permissions for this ${entity.kind}. By itself it grants no permissions.`}
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
      {arn ? (
        <CopyableText value={arn} name="Boundary ARN" />
      ) : (
        <Box color="text-body-secondary">No permissions boundary</Box>
      )}
      {dialog === "set" && <SetBoundaryDialog entity={entity} onSaved={handleChange} onCancel={close} />}
      {dialog === "remove" && (
        <RemoveBoundaryDialog entity={entity} onRemoved={handleChange} onCancel={close} />
      )}
    </Container>
  );
}

type RemoveBoundaryProps = { entity: UserOrRole; onRemoved: () => void; onCancel: () => void };

function RemoveBoundaryDialog({ entity, onRemoved, onCancel }: RemoveBoundaryProps) {
  const task = useTask();
  const remove = async () => {
    if (!(await task.run(() => deletePermissionsBoundary(entity)))) return;
    flash(`Permissions boundary removed from ${entity.name}.`);
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
        Without a permissions boundary, <b>{entity.name}</b> can do everything that its policies allow.
      </Box>
    </FormDialog>
  );
}
