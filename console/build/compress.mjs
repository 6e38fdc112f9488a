// Writes a .br and a .gz file next to each asset that compression makes smaller; the server sends these files.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const assets = new URL("../../src/iamd/web/console/assets/", import.meta.url);

for (const name of readdirSync(assets).filter((name) => /\.(css|js|svg)$/.test(name))) {
  const plain = readFileSync(new URL(name, assets));
  for (const [suffix, compressed] of [
    [".br", brotliCompressSync(plain)],
    [".gz", gzipSync(plain, { level: 9 })],
  ]) {
    if (compressed.length < plain.length) writeFileSync(new URL(name + suffix, assets), compressed);
  }
}
