import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** The parts of a browser that the router uses; `entries` is the history. */
class Link {
  readonly target = "";
  readonly href: string;
  readonly #url: URL;

  constructor(href: string) {
    this.href = href;
    this.#url = new URL(href, "https://iamd.example/console/iam");
  }

  get origin() {
    return this.#url.origin;
  }

  get pathname() {
    return this.#url.pathname;
  }

  get search() {
    return this.#url.search;
  }

  closest() {
    return this;
  }

  getAttribute(name: string) {
    return name === "href" ? this.href : null;
  }

  hasAttribute(name: string) {
    return name === "href";
  }
}

let entries: string[] = [];
let onClick: (event: object) => void = () => undefined;

const location = {
  origin: "https://iamd.example",
  get pathname() {
    return new URL(entries.at(-1) ?? "", this.origin).pathname;
  },
  get search() {
    return new URL(entries.at(-1) ?? "", this.origin).search;
  },
};

Object.assign(globalThis, {
  Element: Link,
  location,
  history: {
    pushState: (_state: unknown, _title: string, path: string) => entries.push(path),
    replaceState: (_state: unknown, _title: string, path: string) => entries.splice(-1, 1, path),
  },
  window: { addEventListener: () => undefined, scrollTo: () => undefined },
  document: { addEventListener: (_type: string, listener: typeof onClick) => (onClick = listener) },
});

const { navigate, onNavigate, setQueryParams, startRouter } = await import("../src/state/router.ts");

beforeEach(() => {
  entries = ["/console/iam"];
});

test("navigation adds a history entry, or replaces the current one", () => {
  navigate("/console/iam/users");
  assert.deepEqual(entries, ["/console/iam", "/console/iam/users"]);
  navigate("/console/iam/roles", "replace");
  assert.deepEqual(entries, ["/console/iam", "/console/iam/roles"]);
});

test("listeners are called on every navigation", () => {
  const paths: string[] = [];
  onNavigate(() => paths.push(location.pathname));
  navigate("/console/iam/users");
  navigate("/console", "replace");
  assert.deepEqual(paths, ["/console/iam/users", "/console"]);
});

test("query parameters are set, kept and removed in place", () => {
  setQueryParams({ section: "tags", on: "a&b" });
  assert.deepEqual(entries, ["/console/iam?section=tags&on=a%26b"]);
  setQueryParams({ on: undefined });
  assert.deepEqual(entries, ["/console/iam?section=tags"]);
  setQueryParams({ section: undefined });
  assert.deepEqual(entries, ["/console/iam"]);
});

/** Clicks a link; returns whether the router handled the click. */
function click(href: string, event: object = {}): boolean {
  let handled = false;
  const preventDefault = () => {
    handled = true;
  };
  onClick({ target: new Link(href), button: 0, preventDefault, ...event });
  return handled;
}

test("only plain clicks on links within the console are handled", () => {
  startRouter();
  assert.equal(click("/console/iam/users"), true);
  assert.equal(click("/console"), true);
  assert.deepEqual(entries, ["/console/iam", "/console/iam/users", "/console"]);
  for (const href of ["/signin", "/consoles", "https://elsewhere.example/console", "#top"]) {
    assert.equal(click(href), false, href);
  }
  assert.equal(click("/console/iam", { ctrlKey: true }), false);
  assert.equal(click("/console/iam", { button: 1 }), false);
  assert.equal(click("/console/iam", { defaultPrevented: true }), false);
});

test("a click on a link to the current page adds no history entry", () => {
  startRouter();
  assert.equal(click("/console/iam"), true);
  assert.deepEqual(entries, ["/console/iam"]);
});
