import type { Tag } from "@aws-sdk/client-iam";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

type EditedTag = Required<Tag>;
type Props = { tags: readonly EditedTag[]; onChange: (tags: EditedTag[]) => void };

const MOST_TAGS = 50;

/** Tags as rows of two fields. */
export function TagsEditor({ tags, onChange }: Props) {
  const edit = (index: number, change: Partial<EditedTag>) =>
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
