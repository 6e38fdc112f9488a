/** Readers turn what the XML parser gives (strings and objects of them) into typed values, by name. */
export type Reader<T> = (value: unknown) => T;

export type Read<R> = R extends Reader<infer T> ? T : never;

/** The child of that name; undefined when there is none. */
export function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export const text: Reader<string> = (value) => (typeof value === "string" ? value : "");

export const whole: Reader<number> = (value) => Number.parseInt(text(value), 10) || 0;

export const flag: Reader<boolean> = (value) => value === "true";

export const date: Reader<Date> = (value) => new Date(text(value));

export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined ? undefined : read(value));
}

export function list<T>(read: Reader<T>): Reader<T[]> {
  return (value) => {
    const members = at(value, "member");
    if (members === undefined) return [];
    return (Array.isArray(members) ? members : [members]).map(read);
  };
}

export function structure<F extends Record<string, Reader<unknown>>>(
  fields: F,
): Reader<{ [K in keyof F]: Read<F[K]> }> {
  return (value) => {
    const entries = Object.entries(fields).map(([name, read]) => [name, read(at(value, name))]);
    return Object.fromEntries(entries) as { [K in keyof F]: Read<F[K]> };
  };
}
