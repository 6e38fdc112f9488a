import { useState } from "react";
import { getPasswordRules } from "../../api/iamd.ts";
import { createUser, type NewUser } from "../../data/users.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { PageTitle } from "../../shared/page.tsx";
import { USERS, userPath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { RetrievePassword } from "./retrieve-password.tsx";
import { UserWizard } from "./user-wizard.tsx";

export default function CreateUser() {
  const rules = useLoad("rules", getPasswordRules);
  const [createdUser, setCreatedUser] = useState<NewUser>();
  const create = async (user: NewUser) => {
    const errors = await createUser(user);
    if (user.password === undefined) navigate(userPath(user.name));
    else setCreatedUser(user);
    flash(`User ${user.name} created.`);
    for (const error of errors) flash(error.message, "error");
  };
  return (
    <>
      <PageTitle text="Create user" />
      {createdUser ? (
        <RetrievePassword user={createdUser} onDone={() => navigate(USERS)} />
      ) : (
        <AsyncContent state={rules}>
          {({ PasswordRules: passwordRules }) => <UserWizard rules={passwordRules} onCreate={create} />}
        </AsyncContent>
      )}
    </>
  );
}
