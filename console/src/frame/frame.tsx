import AppLayout from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import Spinner from "@cloudscape-design/components/spinner";
import { type ReactNode, Suspense, useEffect } from "react";
import { Mishap } from "../shared/mishap.tsx";
import { dismiss, useFlashes } from "../state/flashes.ts";
import { usePath } from "../state/router.ts";
import { noteVisit } from "../state/visited.ts";
import { type Found, find } from "./routes.ts";
import { SideBar } from "./side-bar.tsx";
import { TopBar } from "./top-bar.tsx";

/** What is around every page of a session. */
export function Frame() {
  const found = find(usePath());
  const { route, name } = found;
  useEffect(() => {
    if (route.pattern === route.nav) noteVisit(route.nav);
  }, [route]);
  const Shown = route.page;
  return (
    <>
      <TopBar />
      <AppLayout
        headerSelector="#top-bar"
        contentType={route.kind}
        navigation={route.nav && <SideBar active={route.nav} />}
        navigationHide={route.nav === undefined}
        toolsHide
        breadcrumbs={crumbs(found)}
        notifications={<Flashes />}
        content={
          <Mishap key={`${route.pattern} ${name}`}>
            <Suspense fallback={<Spinner size="large" />}>
              <Shown name={name} />
            </Suspense>
          </Mishap>
        }
      />
    </>
  );
}

function crumbs({ route, name }: Found): ReactNode {
  const items = route.crumbs(name);
  return items.length > 0 && <BreadcrumbGroup items={items} ariaLabel="Breadcrumbs" />;
}

function Flashes() {
  const items = useFlashes().map(({ id, type, text }) => ({
    id,
    type,
    content: text,
    dismissible: true,
    dismissLabel: "Dismiss message",
    onDismiss: () => dismiss(id),
  }));
  return <Flashbar items={items} />;
}
