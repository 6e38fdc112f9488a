import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

type Props = {
  /** The label of the button that goes ahead. */
  act: string;
  /** Where *Cancel* leads. */
  cancel: string;
  busy?: boolean;
  disabled?: boolean;
  onSubmit: () => void;
  children: ReactNode;
};

/** A form on a page of its own. */
export function SubmitForm({ act, cancel, busy, disabled, onSubmit, children }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !disabled) onSubmit();
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" href={cancel}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} disabled={disabled}>
              {act}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">{children}</SpaceBetween>
      </Form>
    </form>
  );
}
