import assert from "node:assert/strict";
import { test } from "node:test";
import { describeUserAgent } from "../src/shared/user-agent.ts";

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/";

test("a browser is recognized by its first matching name", () => {
  const cases = [
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
      "Chrome 140 on Linux",
    ],
    [`${MAC}605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15`, "Safari 26 on macOS"],
    [`${MAC}537.36 Chrome/141.0 Safari/537.36 Edg/141.0.1`, "Edge 141 on macOS"],
    ["Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox 143 on Android"],
    ["curl/8.5.0", "curl/8.5.0"],
    ["", "–"],
  ] as const;
  for (const [agent, text] of cases) assert.equal(describeUserAgent(agent), text);
});
