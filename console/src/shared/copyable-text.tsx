import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

/** A value with a button that copies it; `display` is shown in its place. */
export function CopyableText({ value, name, display }: { value: string; name: string; display?: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      textToDisplay={display ?? value}
      copyButtonAriaLabel={`Copy ${name}`}
      copySuccessText={`${name} copied`}
      copyErrorText={`${name} could not be copied`}
    />
  );
}
