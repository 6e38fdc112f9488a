import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { getInlinePolicy } from "../data/entity-policies.ts";
import { getManagedPolicyDocument, type PermissionsPolicy } from "../data/permissions.ts";
import { AsyncContent } from "../shared/async-content.tsx";
import { CopyableText } from "../shared/copyable-text.tsx";
import { JsonView } from "../shared/json.tsx";
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
        {arn && <CopyableText value={arn} name="Policy ARN" />}
        <AsyncContent state={document}>
          {(text) => <JsonView name="Policy document" text={text} />}
        </AsyncContent>
      </SpaceBetween>
    </Modal>
  );
}
