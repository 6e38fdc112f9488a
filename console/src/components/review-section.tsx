import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";

type Props = { title: string; onEdit: () => void; children: ReactNode };

/** The values of an earlier step, with a button that leads back to it. */
export function ReviewSection({ title, onEdit, children }: Props) {
  return (
    <Container
      header={
        <Header
          actions={
            <Button formAction="none" ariaLabel={`Edit ${title.toLowerCase()}`} onClick={onEdit}>
              Edit
            </Button>
          }
        >
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  );
}
