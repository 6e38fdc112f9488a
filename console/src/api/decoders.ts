/** Decoders turn the XML parser's output (strings and nested objects) into typed values, by the shapes of a model. */
export type Decoder<T> = (value: unknown) => T;

export type Decoded<R> = R extends Decoder<infer T> ? T : never;

/** The child element of that name; undefined if there is none. */
export function child(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export const string: Decoder<string> = (value) => (typeof value === "string" ? value : "");

export const integer: Decoder<number> = (value) => Number.parseInt(string(value), 10) || 0;

export const boolean: Decoder<boolean> = (value) => value === "true";

export const timestamp: Decoder<Date> = (value) => new Date(string(value));

export function optional<T>(decode: Decoder<T>): Decoder<T | undefined> {
  return (value) => (value === undefined ? undefined : decode(value));
}

export function list<T>(decode: Decoder<T>): Decoder<T[]> {
  return (value) => {
    const members = child(value, "member");
    if (members === undefined) return [];
    return (Array.isArray(members) ? members : [members]).map(decode);
  };
}

export function structure<F extends Record<string, Decoder<unknown>>>(
  fields: F,
): Decoder<{ [K in keyof F]: Decoded<F[K]> }> {
  return (value) => {
    const entries = Object.entries(fields).map(([name, decode]) => [name, decode(child(value, name))]);
    return Object.fromEntries(entries) as { [K in keyof F]: Decoded<F[K]> };
  };
}
