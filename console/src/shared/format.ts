/** Formats dates, durations, numbers and lists for display. */
const DAY_MS = 86_400_000;

const dateTimeFormat = new Intl.DateTimeFormat("en-US", {
  dateStyle: "long",
  timeStyle: "short",
  hourCycle: "h23",
});

const relativeTimeFormat = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

/** Formats a date as "November 24, 2026 at 13:42", in the browser's time zone. */
export function formatDate(date: Date | undefined): string {
  return date === undefined ? "–" : dateTimeFormat.format(date);
}

export function daysSince(date: Date): number {
  return Math.max(0, Math.floor((Date.now() - date.getTime()) / DAY_MS));
}

/** Formats how long ago a date is: "today", "yesterday", "12 days ago". */
export function formatDaysAgo(date: Date | undefined): string {
  return date === undefined ? "–" : relativeTimeFormat.format(-daysSince(date), "day");
}

export function formatCount(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/** Formats an account ID as AWS does: 1234-5678-9012. */
export function formatAccountId(id: string): string {
  return id.replace(/^(\d{4})(\d{4})(\d{4})$/, "$1-$2-$3");
}

export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat("en-US").format(names);
}

/** Formats a duration in seconds as "1 hour", "1 hour and 30 minutes". */
export function formatDuration(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor((seconds % 3600) / 60), "minute"],
    [seconds % 60, "second"],
  ];
  return formatList(parts.filter(([n]) => n > 0).map(([n, unit]) => formatCount(n, unit)));
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
