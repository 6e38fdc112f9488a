import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { VirtualMfaDevice } from "../../data/mfa.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";

const FOUR_CHARACTERS = /.{4}(?=.)/g;

/** Instructions to set up an authenticator app in three steps; the children are the fields for its codes. */
export function AuthenticatorAppSetup({
  device,
  children,
}: {
  device: VirtualMfaDevice;
  children: ReactNode;
}) {
  return (
    <Container
      header={
        <Header description="A virtual MFA device is an application running on your device that you can configure by scanning a QR code.">
          Authenticator app
        </Header>
      }
    >
      <ol className="numbered-steps">
        <li>
          Install a compatible application such as Google Authenticator, Duo Mobile, or Authy app on your
          mobile device or computer.
        </li>
        <li>
          <SpaceBetween size="m">
            <span>
              Open your authenticator app, choose <b>Show QR code</b> on this page, then use the app to scan
              the code. Alternatively, you can enter a secret key.
            </span>
            <SecretKey device={device} />
          </SpaceBetween>
        </li>
        <li>
          <SpaceBetween size="m">
            <span>Enter two consecutive codes from your authenticator app.</span>
            {children}
          </SpaceBetween>
        </li>
      </ol>
    </Container>
  );
}

function SecretKey({ device }: { device: VirtualMfaDevice }) {
  const [qrVisible, setQrVisible] = useState(false);
  const [keyVisible, setKeyVisible] = useState(false);
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="xs">
        <Button ariaExpanded={qrVisible} onClick={() => setQrVisible(!qrVisible)}>
          {qrVisible ? "Hide QR code" : "Show QR code"}
        </Button>
        <Button ariaExpanded={keyVisible} onClick={() => setKeyVisible(!keyVisible)}>
          {keyVisible ? "Hide secret key" : "Show secret key"}
        </Button>
      </SpaceBetween>
      {qrVisible && (
        <img className="qr-code" alt="QR code for your authenticator app" src={pngUrl(device.qrCode)} />
      )}
      {keyVisible && (
        <Box variant="code">
          <CopyableText
            value={device.secret}
            name="Secret key"
            display={device.secret.replaceAll(FOUR_CHARACTERS, "$& ")}
          />
        </Box>
      )}
    </SpaceBetween>
  );
}

function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
}
