import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import { useState } from "react";
import { formatCount } from "../../shared/format.ts";
import { readLocal, writeLocal } from "../../state/local-storage.ts";

const NAME = "users-table";
const PAGE_SIZES = [10, 20, 50, 100];

type Value = { pageSize: number; columns: readonly string[] };
type Held = { value: Value; set: (value: Value) => void };

const FIRST: Value = {
  pageSize: 20,
  columns: ["path", "groups", "activity", "mfa", "password-age", "key-age", "created"],
};

/** How the table of users is shown, kept in this browser. */
export function usePreferences(): Held {
  const [value, setValue] = useState(recalled);
  const set = (chosen: Value) => {
    writeLocal(NAME, [chosen.pageSize, ...chosen.columns].join(" "));
    setValue(chosen);
  };
  return { value, set };
}

function recalled(): Value {
  const [pageSize = "", ...columns] = (readLocal(NAME) ?? "").split(" ");
  return PAGE_SIZES.includes(Number(pageSize)) ? { pageSize: Number(pageSize), columns } : FIRST;
}

type Props = { of: Held; columns: readonly { id: string; label: string }[] };

export function Preferences({ of, columns }: Props) {
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{ pageSize: of.value.pageSize, visibleContent: of.value.columns }}
      pageSizePreference={{
        title: "Page size",
        options: PAGE_SIZES.map((size) => ({ value: size, label: formatCount(size, "user") })),
      }}
      visibleContentPreference={{
        title: "Visible columns",
        options: [{ label: "Users", options: columns }],
      }}
      onConfirm={({ detail }) =>
        of.set({
          pageSize: detail.pageSize ?? FIRST.pageSize,
          columns: detail.visibleContent ?? FIRST.columns,
        })
      }
    />
  );
}
