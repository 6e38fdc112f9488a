import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ApiError } from "../api/errors.ts";

const TITLES: Readonly<Record<string, string>> = {
  AccessDenied: "Access denied",
  NetworkError: "Connection failed",
  NoSuchEntity: "Not found",
  Throttling: "Too many requests",
};

/** Shows an error, in the words of the server. */
export function ErrorAlert({ error, retry }: { error: ApiError | undefined; retry?: () => void }) {
  if (error === undefined) return null;
  return (
    <Alert
      type="error"
      header={TITLES[error.code]}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      {error.message || error.code}
    </Alert>
  );
}
