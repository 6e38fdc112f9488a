import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Account, getAccount } from "../../api/iamd.ts";
import { Copyable } from "../../shared/copyable.tsx";
import { Part } from "../../shared/part.tsx";
import { ROOT_EMAIL } from "../../shared/paths.ts";
import { dateText } from "../../shared/text.ts";
import { useLoad } from "../../state/load.ts";
import { isRoot, useRefreshSession, useSession } from "../../state/session.tsx";
import { NameDialog } from "./name-dialog.tsx";

/** The account's own particulars: its name, and the address that root signs in with. */
export function AccountDetails() {
  const account = useLoad("account", getAccount);
  const root = isRoot(useSession());
  const refreshSession = useRefreshSession();
  const [renaming, setRenaming] = useState(false);
  const close = (changed: boolean) => {
    setRenaming(false);
    if (!changed) return;
    account.reload();
    refreshSession();
  };
  return (
    <Container
      header={
        <Header
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!account.data} onClick={() => setRenaming(true)}>
                Edit account name
              </Button>
              {root && <Button href={ROOT_EMAIL}>Change email address</Button>}
            </SpaceBetween>
          }
        >
          Account details
        </Header>
      }
    >
      <Part of={account}>
        {(data) => (
          <>
            <KeyValuePairs columns={4} minColumnWidth={190} items={pairs(data)} />
            {renaming && <NameDialog name={data.AccountName} onClose={close} />}
          </>
        )}
      </Part>
    </Container>
  );
}

function pairs(account: Account) {
  return [
    { label: "Account name", value: account.AccountName },
    { label: "Account ID", value: <Copyable value={account.AccountId} name="Account ID" /> },
    { label: "Root user email address", value: <span className="breakable">{account.RootEmail}</span> },
    { label: "Created", value: dateText(account.CreateDate) },
  ];
}
