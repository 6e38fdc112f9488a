import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import { useState } from "react";
import { formatCount } from "../../shared/format.ts";
import { readLocal, writeLocal } from "../../state/local-storage.ts";

const STORAGE_KEY = "users-table";
const PAGE_SIZES = [10, 20, 50, 100];

type TablePreferences = { pageSize: number; columns: readonly string[] };
type PreferencesState = { value: TablePreferences; save: (value: TablePreferences) => void };

const DEFAULT_PREFERENCES: TablePreferences = {
  pageSize: 20,
  columns: ["path", "groups", "activity", "mfa", "password-age", "key-age", "created"],
};

/** The preferences of the table of users, kept in this browser. */
export function usePreferences(): PreferencesState {
  const [value, setValue] = useState(loadPreferences);
  const save = (newValue: TablePreferences) => {
    writeLocal(STORAGE_KEY, [newValue.pageSize, ...newValue.columns].join(" "));
    setValue(newValue);
  };
  return { value, save };
}

function loadPreferences(): TablePreferences {
  const [pageSize = "", ...columns] = (readLocal(STORAGE_KEY) ?? "").split(" ");
  return PAGE_SIZES.includes(Number(pageSize))
    ? { pageSize: Number(pageSize), columns }
    : DEFAULT_PREFERENCES;
}

type Props = { state: PreferencesState; columns: readonly { id: string; label: string }[] };

export function Preferences({ state, columns }: Props) {
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{ pageSize: state.value.pageSize, visibleContent: state.value.columns }}
      pageSizePreference={{
        title: "Page size",
        options: PAGE_SIZES.map((size) => ({ value: size, label: formatCount(size, "user") })),
      }}
      visibleContentPreference={{
        title: "Visible columns",
        options: [{ label: "Users", options: columns }],
      }}
      onConfirm={({ detail }) =>
        state.save({
          pageSize: detail.pageSize ?? DEFAULT_PREFERENCES.pageSize,
          columns: detail.visibleContent ?? DEFAULT_PREFERENCES.columns,
        })
      }
    />
  );
}
