import type { Tag } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { saveTags, type TaggedResource } from "../data/tags.ts";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { TAGS_DESCRIPTION, TagsEditor } from "./tags-editor.tsx";

type Props = { of: TaggedResource; tags: readonly Tag[] | undefined; onSaved: () => void };

/** Something's tags, edited in place. */
export function TagsTab({ of, tags: held = [], onSaved }: Props) {
  const [tags, setTags] = useState(() => held.map(({ Key, Value }) => ({ Key, Value })));
  const [changed, setChanged] = useState(false);
  const task = useTask();
  const complete = tags.every(({ Key }) => Key !== "");
  const save = async () => {
    if (!(await task.run(() => saveTags(of, held, tags)))) return;
    setChanged(false);
    flash("Tags saved.");
    onSaved();
  };
  return (
    <Container
      header={
        <Header
          counter={`(${tags.length})`}
          description={TAGS_DESCRIPTION}
          actions={
            <Button
              variant="primary"
              disabled={!changed || !complete}
              loading={task.busy}
              onClick={() => void save()}
            >
              Save changes
            </Button>
          }
        >
          Tags
        </Header>
      }
    >
      <SpaceBetween size="m">
        <TagsEditor
          tags={tags}
          onChange={(edited) => {
            setTags(edited);
            setChanged(true);
          }}
        />
        <ErrorAlert error={task.error} />
      </SpaceBetween>
    </Container>
  );
}
