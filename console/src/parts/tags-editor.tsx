import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import type { KeyValue } from "../data/tags.ts";

type Props = { tags: readonly KeyValue[]; onChange: (tags: KeyValue[]) => void };

const MOST_TAGS = 50;

export const TAGS_DESCRIPTION = "Tags are key-value pairs to identify, organize, or search for resources.";

/** Tags as rows of two fields. */
export function TagsEditor({ tags, onChange }: Props) {
  const edit = (index: number, change: Partial<KeyValue>) =>
    onChange(tags.map((tag, i) => (i === index ? { ...tag, ...change } : tag)));
  return (
    <AttributeEditor
      items={tags}
      empty="No tags."
      addButtonText="Add new tag"
      removeButtonText="Remove"
      removeButtonAriaLabel={({ Key }) => `Remove tag ${Key}`}
      additionalInfo={`You can add up to ${MOST_TAGS} tags.`}
      disableAddButton={tags.length >= MOST_TAGS}
      onAddButtonClick={() => onChange([...tags, { Key: "", Value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, i) => i !== detail.itemIndex))}
      definition={[
        {
          label: "Key",
          control: ({ Key }, index) => (
            <Input
              value={Key ?? ""}
              autoComplete={false}
              onChange={({ detail }) => edit(index, { Key: detail.value })}
            />
          ),
        },
        {
          label: "Value – optional",
          control: ({ Value }, index) => (
            <Input
              value={Value ?? ""}
              autoComplete={false}
              onChange={({ detail }) => edit(index, { Value: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}

/** The tags of something that is about to be created. */
export function NewTags(props: Props) {
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
