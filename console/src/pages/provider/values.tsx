import { useState } from "react";
import { Members } from "../../parts/members.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { capitalize, formatCount } from "../../shared/format.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

type Props = {
  /** What each value is, in the singular: "audience". */
  thing: string;
  title: string;
  description: string;
  constraint?: string;
  empty: string;
  values: string[];
  add: (value: string) => Promise<void>;
  remove: (value: string) => Promise<void>;
  onChanged: () => void;
};

/** Plain values that a provider has several of. */
export function Values(props: Props) {
  const { thing, title, description, empty, values, remove, onChanged } = props;
  const columns: Column<string>[] = [{ id: "value", header: capitalize(thing), text: String }];
  return (
    <Members
      title={title}
      description={description}
      pluralName={`${thing}s`}
      loaded={{ data: values, error: undefined, loading: false, reload: onChanged }}
      columns={columns}
      getName={String}
      remove={remove}
      removed={(n) => `${formatCount(n, thing)} removed.`}
      add={{ text: `Add ${thing}`, dialog: (adding) => <AddDialog {...props} {...adding} /> }}
      empty={empty}
    />
  );
}

type DialogProps = Pick<Props, "thing" | "constraint" | "add"> & {
  onAdded: () => void;
  onCancel: () => void;
};

function AddDialog({ thing, constraint, add, onAdded, onCancel }: DialogProps) {
  const [typed, setTyped] = useState("");
  const task = useTask();
  const value = typed.trim();
  const save = async () => {
    if (!(await task.run(() => add(value)))) return;
    flash(`${capitalize(thing)} ${value} added.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add ${thing}`}
      submitText={`Add ${thing}`}
      task={task}
      disabled={value === ""}
      onSubmit={() => void save()}
      onCancel={onCancel}
    >
      <TextField label={capitalize(thing)} constraint={constraint} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}
