import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";

type Props = {
  items: readonly { label: string; value: ReactNode }[];
  actions?: ReactNode;
  /** The dialog that an action opens. */
  children?: ReactNode;
};

/** The summary at the top of a resource's page. */
export function Summary({ items, actions, children }: Props) {
  return (
    <Container header={<Header actions={actions}>Summary</Header>}>
      <KeyValuePairs columns={3} minColumnWidth={190} items={items} />
      {children}
    </Container>
  );
}
