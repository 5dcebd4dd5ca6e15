import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { Markup, markup } from '../report/markup.ts';
import { explainRefusal } from './explain-refusal.ts';
import { type AddonFigures, type FileFigures, nameOf } from './figures.ts';
import type { JudgedCoverage } from './gate.ts';
import { describeTotals, formatPercent } from './percent.ts';

const STYLE = `
:root { color-scheme: light dark; --text: #1a1f26; --page: #fff; --soft: #f2f4f7; --line: #d5dae1; --hit: #dff3e4; --miss: #fbdcd9; --changed: #1f6feb; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --page: #14181d; --soft: #1e242b; --line: #333c47; --hit: #12331d; --miss: #4a1a17; --changed: #6cb0ff; } }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.25rem 3rem; font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--text); background: var(--page); }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.125rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre { margin: 0; overflow-x: auto; font: .8125rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; border: 1px solid var(--line); }
pre span { display: block; min-width: max-content; padding-right: 1rem; border-left: .25rem solid transparent; }
pre b { display: inline-block; width: 4.5rem; padding-right: .75rem; text-align: right; font-weight: 400; opacity: .65; user-select: none; }
.hit { background: var(--hit); } .miss { background: var(--miss); } pre .changed { border-left-color: var(--changed); }
a { color: inherit; }
`;

const STATE_NAME = { hit: 'covered', miss: 'missed', none: '' } as const;

/**
 * Writes an index by addon, and a page for each file with its lines: covered, missed, changed. Returns the path of the
 * index, relative to the folder. Throws InfrastructureError `report-not-written`.
 */
export async function writeCoveragePages(judged: JudgedCoverage, out: string): Promise<string> {
  const pages = new Map<string, string>();
  const write = async (path: string, content: string) => {
    try {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await writeFile(join(out, path), content);
    } catch (cause) {
      throw new InfrastructureError('report-not-written', `${join(out, path)} could not be written`, {
        next: 'Check the free space and the permissions of the output folder.',
        cause,
      });
    }
  };
  for (const { files } of judged.addons) {
    for (const file of files) {
      if (judged.tree?.files.has(file.path) !== true) continue;
      // By number: a path of a report is no path to write to.
      const page = `file-${pages.size + 1}.html`;
      pages.set(file.path, page);
      await write(`coverage-html/${page}`, renderFile(file, await judged.tree.readText(file.path), judged));
    }
  }
  await write('coverage-html/index.html', renderIndex(judged, pages));
  return 'coverage-html/index.html';
}

function renderIndex(judged: JudgedCoverage, pages: ReadonlyMap<string, string>): string {
  const { totals, addons, base, results } = judged;
  const before = base === undefined ? '' : `, ${formatPercent(base.totals)} before`;
  return page(
    'Coverage',
    markup`<h1>Coverage ${describeTotals(totals)}${before}</h1>
<p>${explainRefusal(results) ?? 'Nothing required is missing.'}</p>
${addons.map((each) => renderAddon(each, judged, pages))}`,
  );
}

function renderAddon(figures: AddonFigures, judged: JudgedCoverage, pages: ReadonlyMap<string, string>): Markup {
  return markup`<h2>${nameOf(figures)}: ${describeTotals(figures.totals)}</h2>
<table><tr><th>file</th><th class="n">coverage</th><th class="n">lines</th><th class="n">branches</th><th class="n">changed, untested</th></tr>
${figures.files.map(({ path, totals, branches }) => {
  const link = pages.get(path);
  const changed = judged.changed?.untested.get(path)?.length ?? 0;
  return markup`<tr><td>${link === undefined ? path : markup`<a href="${link}">${path}</a>`}</td><td class="n">${formatPercent(totals)}</td><td class="n">${totals.covered} of ${totals.total}</td><td class="n">${formatPercent(branches)}</td><td class="n">${changed === 0 ? '' : changed}</td></tr>
`;
})}</table>`;
}

function renderFile({ path, coverage, totals }: FileFigures, source: string, { changes }: JudgedCoverage): string {
  const added = changes?.files.get(path)?.added;
  const lines = source.replace(/\r?\n$/, '').split(/\r?\n/);
  return page(
    path,
    markup`<p><a href="index.html">Coverage</a></p>
<h1>${path}</h1><p>${describeTotals(totals)}. Green lines ran in a test, red ones in none; a bar on the left marks what was changed.</p>
<pre>${lines.map((text, index) => {
      const hits = coverage.lines.get(index + 1);
      const state = hits === undefined ? 'none' : hits > 0 ? 'hit' : 'miss';
      const changed = added?.has(index + 1) === true;
      const says = [STATE_NAME[state], changed ? 'changed' : ''].filter((word) => word !== '').join(', ');
      return markup`<span id="L${index + 1}" class="${state}${changed && ' changed'}" title="${says}"><b>${index + 1}</b>${text}</span>`;
    })}</pre>`,
  );
}

function page(title: string, body: Markup): string {
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – odoo-gate</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`}`;
}
