import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Account, getAccount } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { formatDate } from "../../shared/format.ts";
import { CHANGE_ROOT_EMAIL } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";
import { isRoot, useRefreshSession, useSession } from "../../state/session.tsx";
import { AccountNameDialog } from "./account-name-dialog.tsx";

/** The account's name, ID and root user email address. */
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
              {root && <Button href={CHANGE_ROOT_EMAIL}>Change email address</Button>}
            </SpaceBetween>
          }
        >
          Account details
        </Header>
      }
    >
      <AsyncContent state={account}>
        {(data) => (
          <>
            <KeyValuePairs columns={4} minColumnWidth={190} items={pairs(data)} />
            {renaming && <AccountNameDialog name={data.AccountName} onClose={close} />}
          </>
        )}
      </AsyncContent>
    </Container>
  );
}

function pairs(account: Account) {
  return [
    { label: "Account name", value: account.AccountName },
    { label: "Account ID", value: <CopyableText value={account.AccountId} name="Account ID" /> },
    { label: "Root user email address", value: <span className="breakable">{account.RootEmail}</span> },
    { label: "Created", value: formatDate(account.CreateDate) },
  ];
}
