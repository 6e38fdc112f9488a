import AppLayout from "@cloudscape-design/components/app-layout-toolbar";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import Spinner from "@cloudscape-design/components/spinner";
import { type ReactNode, Suspense, useEffect } from "react";
import { ErrorBoundary } from "../shared/error-boundary.tsx";
import { dismiss, useFlashes } from "../state/flashes.ts";
import { recordVisit } from "../state/recently-visited.ts";
import { usePath } from "../state/router.ts";
import { findRoute, type RouteMatch } from "./routes.ts";
import { ConsoleSideNavigation } from "./side-navigation.tsx";
import { ConsoleTopNavigation } from "./top-navigation.tsx";

/** The layout around every page: top and side navigation, breadcrumbs and messages. */
export function ConsoleLayout() {
  const match = findRoute(usePath());
  const { route, name } = match;
  useEffect(() => {
    if (route.pattern === route.navigationHref) recordVisit(route.navigationHref);
  }, [route]);
  const Page = route.page;
  return (
    <>
      <ConsoleTopNavigation />
      <AppLayout
        headerSelector="#top-bar"
        contentType={route.contentType}
        navigation={route.navigationHref && <ConsoleSideNavigation active={route.navigationHref} />}
        navigationHide={route.navigationHref === undefined}
        toolsHide
        breadcrumbs={breadcrumbs(match)}
        notifications={<Flashes />}
        content={
          <ErrorBoundary key={`${route.pattern} ${name}`}>
            <Suspense fallback={<Spinner size="large" />}>
              <Page name={name} />
            </Suspense>
          </ErrorBoundary>
        }
      />
    </>
  );
}

function breadcrumbs({ route, name }: RouteMatch): ReactNode {
  const items = route.breadcrumbs(name);
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
