import { setQueryParams, useQueryParam } from "./router.ts";

/**
 * The dialog that is open, and on what, kept in the address: somebody who is first sent to confirm that it is they
 * comes back to the same dialog.
 */
export function useDialog() {
  const name = useQueryParam("dialog");
  const subject = useQueryParam("on") ?? "";
  return {
    name,
    subject,
    open: (dialog: string, on: string) => setQueryParams({ dialog, on }),
    close: () => setQueryParams({ dialog: undefined, on: undefined }),
  };
}
