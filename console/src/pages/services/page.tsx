import { listApiKeys } from "../../data/api-keys.ts";
import { Page } from "../../shared/page.tsx";
import { useLoad } from "../../state/load.ts";
import { ApiKeys } from "./api-keys.tsx";
import { Decisions } from "./decisions.tsx";
import { HowToAsk } from "./how-to-ask.tsx";

/** The services that ask this server for decisions: their API keys, and what was decided. */
export default function Services() {
  const keys = useLoad("api keys", listApiKeys);
  const hasSettled = keys.data !== undefined || keys.error !== undefined;
  return (
    <Page
      title="Services"
      description="Services and stores of your own can ask this server what users and roles of this account may do."
    >
      {hasSettled && <HowToAsk expanded={keys.data?.length === 0} />}
      <ApiKeys keys={keys} />
      <Decisions />
    </Page>
  );
}
