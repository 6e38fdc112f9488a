import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

type Props = {
  submitText: string;
  cancelHref: string;
  busy?: boolean;
  disabled?: boolean;
  onSubmit: () => void;
  children: ReactNode;
};

/** The form of a page, with its buttons. */
export function SubmitForm({ submitText, cancelHref, busy, disabled, onSubmit, children }: Props) {
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
            <Button variant="link" formAction="none" href={cancelHref}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} disabled={disabled}>
              {submitText}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">{children}</SpaceBetween>
      </Form>
    </form>
  );
}
