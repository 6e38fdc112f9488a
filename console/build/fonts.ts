import type { Plugin } from "vite";

const EMBEDDED = /url\('data:font\/woff2;base64,([^']+)'\)/g;

/**
 * Extracts the fonts from Cloudscape's style sheet into files: the page then loads only the faces that it uses, and
 * its Content Security Policy needs no `data:` for fonts.
 */
export function fontFiles(): Plugin {
  return {
    name: "font-files",
    apply: "build",
    enforce: "pre",
    transform(css, id) {
      if (!id.endsWith("@cloudscape-design/global-styles/index.css")) return null;
      let face = 0;
      return css.replace(EMBEDDED, (_, data: string) => {
        const source = Buffer.from(data, "base64");
        const file = this.emitFile({ type: "asset", name: `font-${face++}.woff2`, source });
        return `url('__VITE_ASSET__${file}__')`;
      });
    },
  };
}
