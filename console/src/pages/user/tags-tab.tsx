import { type Tag, TagUserCommand, UntagUserCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { TagsEditor } from "../../parts/tags-editor.tsx";
import { Failed } from "../../shared/failed.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

/** The user's tags, edited in place. */
export function TagsTab({ user, onSaved }: { user: User; onSaved: () => void }) {
  const [tags, setTags] = useState(() => (user.Tags ?? []).map(({ Key, Value }) => ({ Key, Value })));
  const [changed, setChanged] = useState(false);
  const task = useTask();
  const complete = tags.every(({ Key }) => Key !== "");
  const save = async () => {
    if (!(await task.run(() => saveTags(user, tags)))) return;
    setChanged(false);
    flash("Tags saved.");
    onSaved();
  };
  return (
    <Container
      header={
        <Header
          counter={`(${tags.length})`}
          description="Tags are key-value pairs to identify, organize, or search for resources."
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
        <Failed failure={task.failure} />
      </SpaceBetween>
    </Container>
  );
}

/** Sets what is there now, and takes away the keys that are not. */
async function saveTags({ UserName, Tags: before = [] }: User, tags: Tag[]): Promise<void> {
  const kept = new Set(tags.map(({ Key = "" }) => Key.toLowerCase()));
  const gone = before.map(({ Key = "" }) => Key).filter((key) => !kept.has(key.toLowerCase()));
  if (gone.length > 0) await iam.send(new UntagUserCommand({ UserName, TagKeys: gone }));
  if (tags.length > 0) await iam.send(new TagUserCommand({ UserName, Tags: tags }));
}
