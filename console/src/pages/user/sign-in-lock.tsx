import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { getSignInStatus, unlockUser } from "../../api/iamd.ts";
import { Failed } from "../../shared/failed.tsx";
import { Part } from "../../shared/part.tsx";
import { count, dateText } from "../../shared/text.ts";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

/** Tells that the user's sign-in is locked after failures, and lifts it. */
export function SignInLock({ name }: { name: string }) {
  const status = useLoad(`status ${name}`, () => getSignInStatus({ UserName: name }));
  const task = useTask();
  const unlock = async () => {
    if (!(await task.run(() => unlockUser({ UserName: name })))) return;
    flash(`${name} can sign in again.`);
    status.reload();
  };
  return (
    <Part of={status}>
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
              After {count(FailedAttempts, "failed attempt")}
              {LockedUntil && `, until ${dateText(LockedUntil)}`}.
            </Alert>
            <Failed failure={task.failure} />
          </>
        )
      }
    </Part>
  );
}
