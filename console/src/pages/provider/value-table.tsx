import { useState } from "react";
import { MembersTable } from "../../components/members-table.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { capitalize, formatCount } from "../../shared/format.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

type Props = {
  /** The singular name of a value: "audience". */
  noun: string;
  title: string;
  description: string;
  constraint?: string;
  empty: string;
  values: string[];
  add: (value: string) => Promise<void>;
  remove: (value: string) => Promise<void>;
  onChanged: () => void;
};

/** A table of a provider's values, such as its audiences. */
export function ValueTable(props: Props) {
  const { noun, title, description, empty, values, remove, onChanged } = props;
  const columns: Column<string>[] = [{ id: "value", header: capitalize(noun), text: String }];
  return (
    <MembersTable
      title={title}
      description={description}
      pluralName={`${noun}s`}
      loaded={{ data: values, error: undefined, loading: false, reload: onChanged }}
      columns={columns}
      getName={String}
      remove={remove}
      removedText={(n) => `${formatCount(n, noun)} removed.`}
      add={{ text: `Add ${noun}`, dialog: (dialogProps) => <AddValueDialog {...props} {...dialogProps} /> }}
      empty={empty}
    />
  );
}

type AddValueDialogProps = Pick<Props, "noun" | "constraint" | "add"> & {
  onAdded: () => void;
  onCancel: () => void;
};

function AddValueDialog({ noun, constraint, add, onAdded, onCancel }: AddValueDialogProps) {
  const [input, setInput] = useState("");
  const task = useTask();
  const value = input.trim();
  const addValue = async () => {
    if (!(await task.run(() => add(value)))) return;
    flash(`${capitalize(noun)} ${value} added.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add ${noun}`}
      submitText={`Add ${noun}`}
      task={task}
      disabled={value === ""}
      onSubmit={() => void addValue()}
      onCancel={onCancel}
    >
      <TextField label={capitalize(noun)} constraint={constraint} value={input} onChange={setInput} />
    </FormDialog>
  );
}
