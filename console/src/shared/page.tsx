import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect } from "react";
import { cameFromWithin } from "../state/router.ts";

type PageProps = { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A page with its heading; the title is also the browser's. */
export function Page({ title, description, actions, children }: PageProps) {
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <Title of={title} />
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
}

/**
 * The browser's title. Where the person came from another page of the console, reading goes on from the content: a
 * screen reader would otherwise stay at a link that is gone.
 */
export function Title({ of }: { of: string }) {
  useEffect(() => {
    const main = document.querySelector("main");
    if (!cameFromWithin() || main === null) return;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }, []);
  return <title>{`${of} | iamd`}</title>;
}
