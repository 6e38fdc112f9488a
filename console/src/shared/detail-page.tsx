import Button from "@cloudscape-design/components/button";
import { type ReactNode, useState } from "react";
import type { Loaded } from "../state/load.ts";
import { Page } from "./page.tsx";
import { Part } from "./part.tsx";

type Props<T> = {
  title: string;
  of: Loaded<T>;
  /** The dialog that asks before it is deleted. */
  deletion: (data: T, close: () => void) => ReactNode;
  children: (data: T) => ReactNode;
};

/** The page of one thing, which can be deleted from there. */
export function DetailPage<T>({ title, of, deletion, children }: Props<T>) {
  const [deleting, setDeleting] = useState(false);
  return (
    <Page
      title={title}
      actions={
        <Button disabled={of.data === undefined} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <Part of={of}>{children}</Part>
      {deleting && of.data !== undefined && deletion(of.data, () => setDeleting(false))}
    </Page>
  );
}
