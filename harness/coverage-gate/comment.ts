import type { Verdict } from '../verdict.ts';
import { explainRefusal } from './explain-refusal.ts';
import { figuresByAddon, nameOf } from './figures.ts';
import type { JudgedCoverage } from './gate.ts';
import { formatRanges } from './line-ranges.ts';
import { branchTotalsOf, type Totals } from './model.ts';
import { describeTotals, formatPercent } from './percent.ts';

const MOST_ROWS = 60;
/** GitHub refuses comments of more than 65 536 characters. */
const MOST_CHARACTERS = 60_000;

const HEADING: Record<Verdict, string> = { pass: '✔ Coverage', refuse: '✘ Coverage', inconclusive: '? Coverage' };

/** What a comment is found again by: the first line of it, which nobody sees. */
export const markerOf = (id: string): string => `<!-- odoo-gate:coverage:${id} -->`;

/** The verdict as Markdown: why it is refused, a row for each addon, and the changed lines that no test runs. */
export function renderComment(judged: JudgedCoverage, verdict: Verdict, id: string): string {
  const { totals, base, changed } = judged;
  const lines = [
    markerOf(id),
    `### ${HEADING[verdict]}: ${describeTotals(totals)}${base === undefined ? '' : `, before ${formatPercent(base.totals)}`}`,
    '',
    plainText(explainRefusal(judged.results) ?? 'Nothing required is missing.'),
    '',
    ...tableOf(judged),
    ...(changed === undefined ? [] : changedLinesOf(changed.untested)),
    '',
    base === undefined ? 'Compared with nothing: there is no base.' : `Compared with ${code(base.origin)}.`,
  ];
  const text = `${lines.join('\n')}\n`;
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}\n\n… cut off\n`;
}

function tableOf({ addons, base, tree, totals, coverage }: JudgedCoverage): string[] {
  const before = new Map(
    base?.coverage === undefined ? [] : figuresByAddon(base.coverage, tree).map((each) => [each.addon, each.totals]),
  );
  const row = (name: string, now: Totals, earlier: Totals | undefined, branches: Totals) =>
    `| ${name} | ${formatPercent(now)} | ${now.covered} of ${now.total} | ${earlier === undefined ? '–' : formatPercent(earlier)} | ${formatPercent(branches)} |`;
  const rows = addons
    .slice(0, MOST_ROWS)
    .map((each) => row(code(nameOf(each)), each.totals, before.get(each.addon), each.branches));
  return [
    '| addon | coverage | lines | before | branches |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    ...(addons.length > MOST_ROWS ? [`| ${addons.length - MOST_ROWS} more | | | | |`] : []),
    row('**all**', totals, base?.totals, branchTotalsOf(coverage.values())),
  ];
}

function changedLinesOf(untested: ReadonlyMap<string, readonly number[]>): string[] {
  if (untested.size === 0) return [];
  const files = [...untested].slice(0, MOST_ROWS).map(([path, lines]) => `- ${code(path)}: ${formatRanges(lines)}`);
  const more = untested.size - files.length;
  return ['', 'Changed lines that no test runs:', '', ...files, ...(more > 0 ? [`- ${more} more files`] : [])];
}

/** As code nothing in a name is read as Markdown, HTML or a mention. */
function code(name: string): string {
  return `\`${name.replaceAll(/[`|\p{Cc}]/gu, '\uFFFD')}\``;
}

/** Names within a sentence can't be code: whatever could be read as more than text is escaped. */
function plainText(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\uFFFD').replaceAll(/[\\`*_[\]<>@#|&~]/g, (char) => `&#${char.charCodeAt(0)};`);
}
