import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Account } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { CopyableText } from "../../shared/copyable-text.tsx";
import type { Loaded } from "../../state/load.ts";
import { useRefreshSession } from "../../state/session.tsx";
import { AliasDialog } from "./alias-dialog.tsx";
import { DeleteAliasDialog } from "./delete-alias-dialog.tsx";

type Dialog = "edit" | "delete" | undefined;

/** The account's name, ID, alias and sign-in URL. */
export function AccountSummary({ account }: { account: Loaded<Account> }) {
  const [dialog, setDialog] = useState<Dialog>();
  const refreshSession = useRefreshSession();
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (!changed) return;
    account.reload();
    refreshSession(); // the session has the sign-in URL, too
  };
  return (
    <Container header={<Header>iamd Account</Header>}>
      <AsyncContent state={account}>
        {(data) => (
          <>
            <KeyValuePairs items={pairs(data, setDialog)} />
            {dialog === "edit" && <AliasDialog account={data} onClose={close} />}
            {dialog === "delete" && <DeleteAliasDialog alias={data.AccountAlias ?? ""} onClose={close} />}
          </>
        )}
      </AsyncContent>
    </Container>
  );
}

function pairs(account: Account, open: (dialog: Dialog) => void) {
  return [
    { label: "Account name", value: account.AccountName },
    { label: "Account ID", value: <CopyableText value={account.AccountId} name="Account ID" /> },
    { label: "Account Alias", value: <AccountAlias alias={account.AccountAlias} open={open} /> },
    {
      label: "Sign-in URL for IAM users in this account",
      value: <CopyableText value={account.SignInUrl} name="Sign-in URL" />,
    },
  ];
}

function AccountAlias({ alias, open }: { alias: string | undefined; open: (dialog: Dialog) => void }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Box>{alias ?? "–"}</Box>
      <Button
        variant="inline-link"
        ariaLabel={alias ? "Edit account alias" : "Create account alias"}
        onClick={() => open("edit")}
      >
        {alias ? "Edit" : "Create"}
      </Button>
      {alias && (
        <Button variant="inline-link" ariaLabel="Delete account alias" onClick={() => open("delete")}>
          Delete
        </Button>
      )}
    </SpaceBetween>
  );
}
