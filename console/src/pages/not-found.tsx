import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Page } from "../shared/page.tsx";
import { HOME } from "../shared/paths.ts";

export default function NotFound() {
  return (
    <Page title="Page not found">
      <Box>There is no page at this URL in the console.</Box>
      <Button href={HOME}>Console home</Button>
    </Page>
  );
}
