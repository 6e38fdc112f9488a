import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

const MASK = "•".repeat(12);

/** A value that is shown only when asked for, and can be copied without being shown. */
export function Secret({ value, name }: { value: string; name: string }) {
  const [shown, setShown] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <CopyToClipboard
        variant="icon"
        textToCopy={value}
        copyButtonAriaLabel={`Copy ${name}`}
        copySuccessText={`${name} copied`}
        copyErrorText={`${name} could not be copied`}
      />
      <Box variant={shown ? "code" : "span"}>
        <span className="breakable">{shown ? value : MASK}</span>
      </Box>
      <Button
        variant="inline-link"
        ariaLabel={`${shown ? "Hide" : "Show"} ${name}`}
        onClick={() => setShown(!shown)}
      >
        {shown ? "Hide" : "Show"}
      </Button>
    </SpaceBetween>
  );
}
