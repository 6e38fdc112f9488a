import "@cloudscape-design/global-styles/index.css";
import "./main.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { startRouter } from "./state/router.ts";
import { startVisualMode } from "./state/visual-mode.ts";

startVisualMode();
startRouter();

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <I18nProvider locale="en" messages={[messages]}>
    <App />
  </I18nProvider>,
);
