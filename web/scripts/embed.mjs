// Turns the built page into C++: embed.mjs DIST OUTPUT. Writes a compressed copy beside each file that becomes smaller by it, and a table of all files, whose bytes the
// assembler reads.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const [dist, output] = process.argv.slice(2).map((path) => resolve(path));
const paths = new Map([['index.html', join(dist, 'index.html')]]);
for (const name of readdirSync(join(dist, 'assets'))) {
  if (!name.endsWith('.gz')) paths.set(name, join(dist, 'assets', name));
}

let number = 0;
let symbols = '';
function symbol(path) {
  const name = `darkroom_web_${number++}`;
  symbols += `DARKROOM_FILE(${name}, "${path}")\n`;
  return `{${name}_begin, ${name}_end}`;
}

const rows = [...paths.keys()].sort().map((name) => {
  const path = paths.get(name);
  const type = types[extname(name)];
  if (!type) throw new Error(`embed.mjs knows no content type for ${name}: add one`);
  const bytes = readFileSync(path);
  const small = gzipSync(bytes, { level: 9 });
  const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  let gzipped = '{}';
  if (small.length < bytes.length * 0.9) {
    writeFileSync(`${path}.gz`, small);
    gzipped = symbol(`${path}.gz`);
  }
  return `      {"${name}", "${type}", "\\"${tag}\\"", ${symbol(path)}, ${gzipped}},\n`;
});

writeFileSync(
  output,
  `// Made by web/scripts/embed.mjs.
#include "api/web_files.h"

#define DARKROOM_FILE(name, file)                                                                                              \\
  asm(".section .rodata\\n.balign 16\\n" #name "_begin:\\n.incbin \\"" file "\\"\\n" #name "_end:\\n.byte 0\\n.previous\\n"); \\
  extern "C" const char name##_begin[], name##_end[];

${symbols}
namespace darkroom::api {

std::span<const WebFile> web_files() {
  static const WebFile kFiles[] = {
${rows.join('')}  };
  return kFiles;
}

}  // namespace darkroom::api
`,
);
