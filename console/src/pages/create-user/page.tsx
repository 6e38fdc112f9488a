import { useState } from "react";
import { getPasswordRules } from "../../api/iamd.ts";
import { createUser, type NewUser } from "../../data/users.ts";
import { Title } from "../../shared/page.tsx";
import { Part } from "../../shared/part.tsx";
import { USERS, userPath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { Confirmed } from "../../state/session.tsx";
import { RetrievePassword } from "./retrieve-password.tsx";
import { UserWizard } from "./user-wizard.tsx";

export default function CreateUser() {
  const rules = useLoad("rules", getPasswordRules);
  const [made, setMade] = useState<NewUser>();
  const create = async (user: NewUser) => {
    const failures = await createUser(user);
    if (user.password === undefined) navigate(userPath(user.name));
    else setMade(user);
    flash(`User ${user.name} created.`);
    for (const failure of failures) flash(failure.message, "error");
  };
  return (
    <>
      <Title of="Create user" />
      {made ? (
        <RetrievePassword user={made} onDone={() => navigate(USERS)} />
      ) : (
        <Confirmed>
          <Part of={rules}>{({ PasswordRules: held }) => <UserWizard rules={held} onCreate={create} />}</Part>
        </Confirmed>
      )}
    </>
  );
}
