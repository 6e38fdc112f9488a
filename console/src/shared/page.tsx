import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect } from "react";
import { hasNavigated } from "../state/router.ts";

type PageProps = { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A page with its heading, which is also the document title. */
export function Page({ title, description, actions, children }: PageProps) {
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <PageTitle text={title} />
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
}

/**
 * Sets the document title. After navigation within the console it also moves the focus to the content: a screen reader
 * would otherwise stay on a link that no longer exists.
 */
export function PageTitle({ text }: { text: string }) {
  useEffect(() => {
    const main = document.querySelector("main");
    if (!hasNavigated() || main === null) return;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }, []);
  return <title>{`${text} | iamd`}</title>;
}
