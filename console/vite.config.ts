import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { fontFiles } from "./build/fonts.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/console/",
  plugins: [fontFiles()],
  resolve: {
    alias: [
      // The SDK's browser build parses responses with DOMParser, which Trusted Types treat as a sink for scripts.
      // Its other parser only handles strings, so the page needs no Trusted Types policy.
      {
        find: /^\.\/xml-parser$/,
        replacement: here("./node_modules/@aws-sdk/xml-builder/dist-es/xml-parser.js"),
      },
    ],
  },
  build: {
    outDir: "../src/iamd/web/console",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    license: { fileName: "third-party-licenses.md" },
    target: ["chrome115", "edge115", "firefox115", "safari16.4"],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      onLog(level, log, report) {
        // Every module of Cloudscape has the directive "use client", which has no meaning here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
      output: {
        codeSplitting: {
          groups: [
            { name: "sdk", test: /node_modules[\\/]@(aws|aws-sdk|smithy)[\\/]/ },
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            // Bundle what most pages share in two files rather than a hundred.
            { name: "ui", test: /node_modules/, minShareCount: 6 },
            { name: "shared", test: /[\\/]src[\\/]/, minShareCount: 4 },
          ],
        },
      },
    },
  },
});
