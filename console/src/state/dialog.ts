import { setQueryParams, useQueryParam } from "./router.ts";

/** The open dialog and its subject, in the URL: whoever is redirected to confirm their identity returns to the dialog. */
export function useDialog() {
  const name = useQueryParam("dialog");
  const subject = useQueryParam("on") ?? "";
  return {
    name,
    subject,
    open: (dialog: string, subject: string) => setQueryParams({ dialog, on: subject }),
    close: () => setQueryParams({ dialog: undefined, on: undefined }),
  };
}
