import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

type Props = { children: ReactNode };

/** Replaces a page that fails to render, most often because an updated server no longer has the files it loads. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Alert
        type="error"
        header="This page cannot be displayed"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        The console might have been updated. Reload the page to continue.
      </Alert>
    );
  }
}
