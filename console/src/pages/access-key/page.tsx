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
import { BeforeKey } from "./before-key.tsx";
import { NewKey } from "./new-key.tsx";

/** Creates an access key for the user of that name, or for who is signed in. */
export default function CreateAccessKey({ name }: { name: string }) {
  const [made, setMade] = useState(false);
  return (
    <Page title={made ? "Retrieve access keys" : "Create access key"}>
      <RequireConfirmation>
        <Steps name={name} onMade={() => setMade(true)} />
      </RequireConfirmation>
    </Page>
  );
}

function Steps({ name, onMade }: { name: string; onMade: () => void }) {
  const session = useSession();
  const [key, setKey] = useState<AccessKey>();
  const task = useTask();
  const owner = name === "" ? currentOwner(session) : { userName: name, isCurrentUser: false };
  const back = name === "" ? SECURITY_CREDENTIALS : userPath(name, "security_credentials");
  const create = () =>
    task.run(async () => {
      setKey(await createAccessKey(owner));
      onMade();
    });
  const finish = () => {
    navigate(back);
    flash("Access key created.");
  };
  if (key) return <NewKey accessKey={key} onDone={finish} />;
  return <BeforeKey userName={owner.userName} back={back} task={task} onCreate={() => void create()} />;
}
