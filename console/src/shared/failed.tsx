import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ApiError } from "../api/errors.ts";

const TITLES: Readonly<Record<string, string>> = {
  AccessDenied: "You do not have permission",
  NetworkError: "No answer",
  NoSuchEntity: "Not found",
  Throttling: "Too many requests",
};

/** Tells a failure in its place, in the server's own sentence. */
export function Failed({ failure, retry }: { failure: ApiError | undefined; retry?: () => void }) {
  if (failure === undefined) return null;
  return (
    <Alert
      type="error"
      header={TITLES[failure.code]}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      {failure.message || failure.code}
    </Alert>
  );
}
