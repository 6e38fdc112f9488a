import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { fontFiles } from "./build/fonts.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/console/",
  plugins: [fontFiles()],
  resolve: {
    alias: [
      // The SDK's browser build parses replies with DOMParser, which Trusted Types count as a way in for scripts.
      // Its other parser reads strings only, so that the page needs no Trusted Types policy at all.
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
        // Cloudscape says "use client" in every module, which means nothing to a page.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
      output: {
        codeSplitting: {
          groups: [
            { name: "sdk", test: /node_modules[\\/]@(aws|aws-sdk|smithy)[\\/]/ },
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            // What most pages share comes in two files rather than in a hundred.
            { name: "ui", test: /node_modules/, minShareCount: 6 },
            { name: "shared", test: /[\\/]src[\\/]/, minShareCount: 4 },
          ],
        },
      },
    },
  },
});
