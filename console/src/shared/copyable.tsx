import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

/** A value with a button that copies it. */
export function Copyable({ value, name, shown }: { value: string; name: string; shown?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      textToDisplay={shown ?? value}
      copyButtonAriaLabel={`Copy ${name}`}
      copySuccessText={`${name} copied`}
      copyErrorText={`${name} could not be copied`}
    />
  );
}
