import Box from "@cloudscape-design/components/box";
import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

type DialogProps = {
  title: string;
  /** The text and further properties of the button that does what the dialog is about. */
  action: ButtonProps & { text: string };
  onCancel: () => void;
  size?: ModalProps.Size | undefined;
  children: ReactNode;
};

/** A dialog with a button for an action, and one to cancel it. */
export function Dialog({ title, action, onCancel, size, children }: DialogProps) {
  const { text, ...buttonProps } = action;
  return (
    <Modal
      visible
      header={title}
      size={size}
      onDismiss={onCancel}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" {...buttonProps}>
              {text}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {children}
    </Modal>
  );
}
