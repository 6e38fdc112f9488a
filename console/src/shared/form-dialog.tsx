import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { Task } from "../state/task.ts";
import { Dialog } from "./dialog.tsx";
import { ErrorAlert } from "./error-alert.tsx";

type FormDialogProps = {
  title: string;
  submitText: string;
  task: Task;
  onSubmit: () => void;
  onCancel: () => void;
  disabled?: boolean;
  size?: ModalProps.Size;
  children: ReactNode;
};

/** A dialog with a short form, or with a question before an action. */
export function FormDialog({
  title,
  submitText,
  task,
  onSubmit,
  onCancel,
  disabled,
  size,
  children,
}: FormDialogProps) {
  return (
    <Dialog
      title={title}
      action={{ text: submitText, loading: task.busy, disabled, onClick: onSubmit }}
      size={size}
      onCancel={onCancel}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation(); // a dialog may be inside a form
          if (!disabled && !task.busy) onSubmit();
        }}
      >
        <SpaceBetween size="m">
          {children}
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </form>
    </Dialog>
  );
}

/** A dialog before a deletion, which must be confirmed by typing a text. */
export function ConfirmationDialog({
  confirmationText,
  children,
  ...dialogProps
}: Omit<FormDialogProps, "disabled"> & { confirmationText: string }) {
  const [text, setText] = useState("");
  return (
    <FormDialog {...dialogProps} disabled={text !== confirmationText}>
      {children}
      <FormField label={`To confirm this deletion, type "${confirmationText}".`}>
        <Input
          value={text}
          placeholder={confirmationText}
          autoComplete={false}
          onChange={({ detail }) => setText(detail.value)}
        />
      </FormField>
    </FormDialog>
  );
}
