import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

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

export function Title({ of }: { of: string }) {
  return <title>{`${of} | iamd`}</title>;
}
