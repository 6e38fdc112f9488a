import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { getSignInStatus, unlockUser } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { formatCount, formatDate } from "../../shared/format.ts";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

/** Warns that the user's sign-in is locked after failed attempts, with a button to unlock it. */
export function SignInLock({ name }: { name: string }) {
  const status = useLoad(`status ${name}`, () => getSignInStatus({ UserName: name }));
  const task = useTask();
  const unlock = async () => {
    if (!(await task.run(() => unlockUser({ UserName: name })))) return;
    flash(`Sign-in unlocked for ${name}.`);
    status.reload();
  };
  return (
    <AsyncContent state={status}>
      {({ Locked, LockedUntil, FailedAttempts }) =>
        Locked && (
          <>
            <Alert
              type="warning"
              header="Sign-in is locked"
              action={
                <Button loading={task.busy} onClick={() => void unlock()}>
                  Unlock
                </Button>
              }
            >
              Locked after {formatCount(FailedAttempts, "failed attempt")}
              {LockedUntil && `, until ${formatDate(LockedUntil)}`}.
            </Alert>
            <ErrorAlert error={task.error} />
          </>
        )
      }
    </AsyncContent>
  );
}
