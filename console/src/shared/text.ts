/** Plain words for dates, numbers and names. */
const DAY = 86_400_000;

const moment = new Intl.DateTimeFormat("en-US", {
  dateStyle: "long",
  timeStyle: "short",
  hourCycle: "h23",
});

const distance = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

/** A date as "November 24, 2026 at 13:42", in the browser's own time zone. */
export function dateText(date: Date | undefined): string {
  return date === undefined ? "–" : moment.format(date);
}

export function daysSince(date: Date): number {
  return Math.max(0, Math.floor((Date.now() - date.getTime()) / DAY));
}

/** How long ago: "today", "yesterday", "12 days ago". */
export function agoText(date: Date | undefined): string {
  return date === undefined ? "–" : distance.format(-daysSince(date), "day");
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** An account ID as AWS writes it: 1234-5678-9012. */
export function accountIdText(id: string): string {
  return id.replace(/^(\d{4})(\d{4})(\d{4})$/, "$1-$2-$3");
}

export function sentenceOf(names: readonly string[]): string {
  return new Intl.ListFormat("en-US").format(names);
}

/** A length of time in seconds as "1 hour", "1 hour and 30 minutes". */
export function durationText(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor((seconds % 3600) / 60), "minute"],
    [seconds % 60, "second"],
  ];
  return sentenceOf(parts.filter(([n]) => n > 0).map(([n, unit]) => count(n, unit)));
}

/** A text as a sentence or a label begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
