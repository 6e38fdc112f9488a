import Button from "@cloudscape-design/components/button";
import { type ReactNode, useState } from "react";
import type { Loaded } from "../state/load.ts";
import { AsyncContent } from "./async-content.tsx";
import { Page } from "./page.tsx";

type Props<T> = {
  title: string;
  resource: Loaded<T>;
  /** The dialog that confirms and performs the deletion. */
  deleteDialog: (data: T, close: () => void) => ReactNode;
  children: (data: T) => ReactNode;
};

/** The page of one resource, with a button that deletes it. */
export function DetailPage<T>({ title, resource, deleteDialog, children }: Props<T>) {
  const [deleting, setDeleting] = useState(false);
  return (
    <Page
      title={title}
      actions={
        <Button disabled={resource.data === undefined} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <AsyncContent state={resource}>{children}</AsyncContent>
      {deleting && resource.data !== undefined && deleteDialog(resource.data, () => setDeleting(false))}
    </Page>
  );
}
