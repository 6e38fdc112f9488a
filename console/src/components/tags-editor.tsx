import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import type { KeyValue } from "../data/tags.ts";

type Props = { tags: readonly KeyValue[]; onChange: (tags: KeyValue[]) => void };

const MAX_TAGS = 50;

export const TAGS_DESCRIPTION = "Tags are key-value pairs to identify, organize, or search for resources.";

/** Edits tags as rows of a key and a value. */
export function TagsEditor({ tags, onChange }: Props) {
  const updateTag = (index: number, update: Partial<KeyValue>) =>
    onChange(tags.map((tag, i) => (i === index ? { ...tag, ...update } : tag)));
  return (
    <AttributeEditor
      items={tags}
      empty="No tags"
      addButtonText="Add new tag"
      removeButtonText="Remove"
      removeButtonAriaLabel={({ Key }) => `Remove tag ${Key}`}
      additionalInfo={`You can add up to ${MAX_TAGS} tags.`}
      disableAddButton={tags.length >= MAX_TAGS}
      onAddButtonClick={() => onChange([...tags, { Key: "", Value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, i) => i !== detail.itemIndex))}
      definition={[
        {
          label: "Key",
          control: ({ Key }, index) => (
            <Input
              value={Key ?? ""}
              autoComplete={false}
              onChange={({ detail }) => updateTag(index, { Key: detail.value })}
            />
          ),
        },
        {
          label: "Value – optional",
          control: ({ Value }, index) => (
            <Input
              value={Value ?? ""}
              autoComplete={false}
              onChange={({ detail }) => updateTag(index, { Value: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}

/** The tags of a resource that is being created. */
export function NewTagsContainer(props: Props) {
  return (
    <Container
      header={
        <Header description={TAGS_DESCRIPTION}>
          Tags – <i>optional</i>
        </Header>
      }
    >
      <TagsEditor {...props} />
    </Container>
  );
}
