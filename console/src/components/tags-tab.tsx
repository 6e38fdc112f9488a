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

type Props = { resource: TaggedResource; tags: readonly Tag[] | undefined; onSaved: () => void };

/** The tags of a resource, edited in place. */
export function TagsTab({ resource, tags: savedTags = [], onSaved }: Props) {
  const [tags, setTags] = useState(() => savedTags.map(({ Key, Value }) => ({ Key, Value })));
  const [dirty, setDirty] = useState(false);
  const task = useTask();
  const valid = tags.every(({ Key }) => Key !== "");
  const save = async () => {
    if (!(await task.run(() => saveTags(resource, savedTags, tags)))) return;
    setDirty(false);
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
              disabled={!dirty || !valid}
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
          onChange={(newTags) => {
            setTags(newTags);
            setDirty(true);
          }}
        />
        <ErrorAlert error={task.error} />
      </SpaceBetween>
    </Container>
  );
}
