import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { getInlinePolicy } from "../data/entity-policies.ts";
import { getManagedPolicyDocument, type PermissionsPolicy } from "../data/permissions.ts";
import { AsyncContent } from "../shared/async-content.tsx";
import { CopyableText } from "../shared/copyable-text.tsx";
import { JsonView } from "../shared/json.tsx";
import { useLoad } from "../state/load.ts";

type Props = { policy: PermissionsPolicy; onClose: () => void };

/** The document of a managed policy, or of an inline policy inherited from a group; read-only. */
export function PolicyDocumentDialog({ policy, onClose }: Props) {
  const { arn, name, group = "" } = policy;
  const document = useLoad(`document ${arn ?? name}`, () =>
    arn ? getManagedPolicyDocument(arn) : getInlinePolicy({ kind: "group", name: group }, name),
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
