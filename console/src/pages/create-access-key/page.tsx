import type { AccessKey } from "@aws-sdk/client-iam";
import { useState } from "react";
import { createAccessKey } from "../../data/access-keys.ts";
import { currentOwner } from "../../data/credential-owner.ts";
import { Page } from "../../shared/page.tsx";
import { SECURITY_CREDENTIALS, userPath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation, useSession } from "../../state/session.tsx";
import { useTask } from "../../state/task.ts";
import { BestPractices } from "./best-practices.tsx";
import { RetrieveAccessKey } from "./retrieve-access-key.tsx";

/** Creates an access key for the user of that name, or for the current user. */
export default function CreateAccessKey({ name }: { name: string }) {
  const [created, setCreated] = useState(false);
  return (
    <Page title={created ? "Retrieve access keys" : "Create access key"}>
      <RequireConfirmation>
        <CreateAccessKeySteps name={name} onCreated={() => setCreated(true)} />
      </RequireConfirmation>
    </Page>
  );
}

function CreateAccessKeySteps({ name, onCreated }: { name: string; onCreated: () => void }) {
  const session = useSession();
  const [key, setKey] = useState<AccessKey>();
  const task = useTask();
  const owner = name === "" ? currentOwner(session) : { userName: name, isCurrentUser: false };
  const returnPath = name === "" ? SECURITY_CREDENTIALS : userPath(name, "security_credentials");
  const create = () =>
    task.run(async () => {
      setKey(await createAccessKey(owner));
      onCreated();
    });
  const finish = () => {
    navigate(returnPath);
    flash("Access key created.");
  };
  if (key) return <RetrieveAccessKey accessKey={key} onDone={finish} />;
  return (
    <BestPractices
      userName={owner.userName}
      cancelHref={returnPath}
      task={task}
      onCreate={() => void create()}
    />
  );
}
