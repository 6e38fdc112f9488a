import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

type Props = { children: ReactNode };

/**
 * Stands in for a page that cannot be shown: most often because the server was renewed, and has no longer the files
 * that this page was about to load.
 */
export class Mishap extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Alert
        type="error"
        header="This page could not be shown"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        The console may have been updated meanwhile. Reload it to go on.
      </Alert>
    );
  }
}
