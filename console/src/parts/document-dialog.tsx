import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { getInlinePolicy } from "../data/entity-policies.ts";
import { getManagedPolicyDocument, type PermissionsPolicy } from "../data/permissions.ts";
import { Copyable } from "../shared/copyable.tsx";
import { JsonView } from "../shared/json.tsx";
import { Part } from "../shared/part.tsx";
import { useLoad } from "../state/load.ts";

type Props = { permission: PermissionsPolicy; onClose: () => void };

/** A policy's document, to read: a managed one, or a group's inline one. */
export function DocumentDialog({ permission, onClose }: Props) {
  const { arn, name, group: via = "" } = permission;
  const document = useLoad(`document ${arn ?? name}`, () =>
    arn ? getManagedPolicyDocument(arn) : getInlinePolicy({ kind: "group", name: via }, name),
  );
  return (
    <Modal visible size="large" header={name} closeAriaLabel="Close" onDismiss={onClose}>
      <SpaceBetween size="m">
        {arn && <Copyable value={arn} name="Policy ARN" />}
        <Part of={document}>{(text) => <JsonView name="Policy document" text={text} />}</Part>
      </SpaceBetween>
    </Modal>
  );
}
