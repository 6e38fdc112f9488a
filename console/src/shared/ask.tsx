import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { Task } from "../state/task.ts";
import { Failed } from "./failed.tsx";

type AskProps = {
  title: string;
  /** The label of the button that goes ahead. */
  act: string;
  task: Task;
  onAct: () => void;
  onCancel: () => void;
  disabled?: boolean;
  size?: ModalProps.Size;
  children: ReactNode;
};

/** A dialog that asks before something is done, or for the little that it needs. */
export function Ask({ title, act, task, onAct, onCancel, disabled, size, children }: AskProps) {
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
            <Button variant="primary" loading={task.busy} disabled={disabled} onClick={onAct}>
              {act}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation(); // a dialog may be inside a form
          if (!disabled && !task.busy) onAct();
        }}
      >
        <SpaceBetween size="m">
          {children}
          <Failed failure={task.failure} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}

/** A dialog for what cannot be undone: goes ahead only when a word was typed. */
export function AskTyped({ word, children, ...rest }: Omit<AskProps, "disabled"> & { word: string }) {
  const [typed, setTyped] = useState("");
  return (
    <Ask {...rest} disabled={typed !== word}>
      {children}
      <FormField label={`To confirm this deletion, type "${word}".`}>
        <Input
          value={typed}
          placeholder={word}
          autoComplete={false}
          onChange={({ detail }) => setTyped(detail.value)}
        />
      </FormField>
    </Ask>
  );
}
