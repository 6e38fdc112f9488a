import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { CREATE_API_KEY, CREATE_USER } from "../../shared/paths.ts";
import { useSession } from "../../state/session.tsx";

const GATEWAY_COMMAND = "iamd gateway config nginx --listen 8080 --api-key-file gateway.key";

const CHECK_COMMAND = "iamd service check library.yaml";

/** What can ask for decisions, and how to begin. */
export function HowToAsk({ expanded }: { expanded: boolean }) {
  return (
    <ExpandableSection variant="container" headerText="What can ask for decisions" defaultExpanded={expanded}>
      <SpaceBetween size="m">
        <Box>
          Whatever asks needs an API key. <Link href={CREATE_USER}>Create a user</Link> for it, give the user
          the permission to ask, and <Link href={CREATE_API_KEY}>create an API key</Link>.
        </Box>
        <div>
          <Box variant="h3">An S3-compatible store</Box>
          <SpaceBetween size="xs">
            <Box>
              A proxy in front of the store asks about every request: nginx, Caddy, Envoy or HAProxy. Its user
              needs <Permission action="AuthorizeRequest" service="s3" />. This command writes nginx's
              configuration:
            </Box>
            <Command value={GATEWAY_COMMAND} name="gateway command" />
          </SpaceBetween>
        </div>
        <div>
          <Box variant="h3">A service of your own, behind a proxy</Box>
          <SpaceBetween size="xs">
            <Box>
              A file says which request needs which permission, and the proxy asks about every request. Its
              user needs <Permission action="AuthorizeRequest" service="NAME" />. This command checks the
              file:
            </Box>
            <Command value={CHECK_COMMAND} name="check command" />
          </SpaceBetween>
        </div>
        <div>
          <Box variant="h3">A service or an API gateway that can ask</Box>
          <SpaceBetween size="xs">
            <Box>
              It asks by AuthZEN, in JSON. Its user needs{" "}
              <Permission action="EvaluateAccess" service="authzen" />, and <Code text="iamd:ExplainAccess" />{" "}
              there if it is to be told the reasons of denials. Questions are sent here:
            </Box>
            <Command value={`${location.origin}/access/v1/evaluation`} name="AuthZEN URL" />
          </SpaceBetween>
        </div>
      </SpaceBetween>
    </ExpandableSection>
  );
}

function Permission({ action, service }: { action: string; service: string }) {
  const { AccountId } = useSession();
  return (
    <>
      <Code text={`iamd:${action}`} /> on <Code text={`arn:aws:iamd::${AccountId}:service/${service}`} />
    </>
  );
}

function Code({ text }: { text: string }) {
  return (
    <Box variant="code">
      <span className="breakable">{text}</span>
    </Box>
  );
}

function Command({ value, name }: { value: string; name: string }) {
  return (
    <Box variant="code">
      <span className="breakable">
        <CopyableText value={value} name={name} />
      </span>
    </Box>
  );
}
