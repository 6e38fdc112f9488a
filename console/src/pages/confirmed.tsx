import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useEffect } from "react";
import { PageTitle } from "../shared/page.tsx";
import { announceConfirmation } from "../state/confirmation.ts";

/** The end of a confirmation in its own tab, for which the tab that opened it waits. */
export default function Confirmed() {
  useEffect(() => {
    announceConfirmation();
    window.close();
  }, []);
  return (
    <main className="standalone-page">
      <PageTitle text="Identity confirmed" />
      <Container header={<Header variant="h1">Your identity is confirmed</Header>}>
        You can close this tab.
      </Container>
    </main>
  );
}
