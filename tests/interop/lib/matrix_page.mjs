// docs/interop.md, written from what matrix.mjs tests. `node tests/interop/lib/matrix_page.mjs --update` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { clients } from './matrix.mjs';
import { features } from './matrix_features.mjs';
import { expectation } from './matrix_limits.mjs';
import { kinds } from './servers.mjs';

export const PAGE = resolve(import.meta.dirname, '../../../docs/interop.md');

const HEAD = `# Who works with whom

What official clients do with official servers through Gatehouse. This page is written from the tests in \`tests/interop\`
(\`matrix_*.test.mjs\`), which try every cell; a cell that changes fails them.

* yes: works as without a gateway.
* no: the protocol leaves no way; the note names the rule.
* not yet: Gatehouse does not do it yet; the note says what is missing.

| Server | |
| --- | --- |
`;

/// The cells of one client: {columns that differ, rows}.
function table(client, notes) {
  const rows = Object.keys(features).map((feature) => {
    const cells = kinds.map(({ name }) => mark(expectation(feature, client, name), notes));
    return `| ${[feature, ...cells].join(' | ')} |`;
  });
  const header = ['', ...kinds.map(({ name }) => name)];
  return [`| ${header.join(' | ')} |`, `|${' --- |'.repeat(header.length)}`, ...rows].join('\n');
}

function mark({ verdict, rule, why }, notes) {
  if (verdict === 'works') return 'yes';
  const note = rule ? `${why} (${rule})` : why;
  if (!notes.includes(note)) notes.push(note);
  return `${verdict === 'impossible' ? 'no' : verdict} [${notes.indexOf(note) + 1}]`;
}

/// How many cells there are of each verdict.
export function tally() {
  const counts = { 'works': 0, 'impossible': 0, 'not yet': 0 };
  for (const client of Object.keys(clients)) {
    for (const feature of Object.keys(features)) {
      for (const { name } of kinds) ++counts[expectation(feature, client, name).verdict];
    }
  }
  return counts;
}

export function page() {
  const notes = [];
  const servers = kinds.map(({ name, title }) => `| ${name} | ${title} |`).join('\n');
  const tables = Object.entries(clients).map(([name, { title }]) => `## ${title[0].toUpperCase()}${title.slice(1)}\n\n${table(name, notes)}\n`).join('\n');
  const counts = tally();
  const sum = `${counts.works} cells work, ${counts.impossible} are impossible, ${counts['not yet']} do not work yet.`;
  return `${HEAD}${servers}\n\n${sum}\n\n${tables}\n## Notes\n\n${notes.map((note, n) => `${n + 1}. ${note}`).join('\n')}\n`;
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--update')) writeFileSync(PAGE, page());
  else process.exitCode = readFileSync(PAGE, 'utf8') === page() ? 0 : 1;
}
