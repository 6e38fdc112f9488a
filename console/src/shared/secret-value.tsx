import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

const MASK = "•".repeat(12);

/** A value that is masked until shown, and can be copied without being shown. */
export function SecretValue({ value, name }: { value: string; name: string }) {
  const [visible, setVisible] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <CopyToClipboard
        variant="icon"
        textToCopy={value}
        copyButtonAriaLabel={`Copy ${name}`}
        copySuccessText={`${name} copied`}
        copyErrorText={`${name} could not be copied`}
      />
      <Box variant={visible ? "code" : "span"}>
        <span className="breakable">{visible ? value : MASK}</span>
      </Box>
      <Button
        variant="inline-link"
        ariaLabel={`${visible ? "Hide" : "Show"} ${name}`}
        onClick={() => setVisible(!visible)}
      >
        {visible ? "Hide" : "Show"}
      </Button>
    </SpaceBetween>
  );
}
