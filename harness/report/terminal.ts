import pc from 'picocolors';
import type { CheckStatus, Finding } from '../check.ts';
import type { ReportedCheck, RunReport, Subject, Visits } from '../run.ts';
import type { Verdict } from '../verdict.ts';
import { countByStatus } from '../verdict.ts';
import { describeDuration, describeFinding, oneLine, plural } from './plain-text.ts';
import { explainVerdict, groupByArea, nextStep, STATUS_SYMBOL, STATUS_WORD } from './wording.ts';

const MOST_FINDINGS = 10;

type Colors = ReturnType<typeof pc.createColors>;

export interface TerminalOptions {
  /** Whether the output is a terminal that shows colours. */
  color: boolean;
  /** Where `writeReport` put the files, if it did. */
  outDir?: string;
}

/** The report as a person reads it in a terminal or a CI log, ending with a line break. */
export function renderTerminal(report: RunReport, { color, outDir }: TerminalOptions): string {
  const colors = pc.createColors(color);
  const lines = [
    '',
    `${badge(report.verdict, colors)} ${explainVerdict(report)}`,
    '',
    ...describeSubject(report.subject).map(([name, value]) => `  ${colors.dim(name.padEnd(9))} ${value}`),
    `  ${colors.dim('took     ')} ${describeDuration(report.durationMs)}`,
  ];
  const width = Math.min(72, Math.max(0, ...report.checks.map(({ title }) => oneLine(title).length)));
  for (const { name, checks } of groupByArea(report.checks)) {
    lines.push('', colors.bold(oneLine(name)), ...checks.flatMap((check) => describeCheck(check, width, colors)));
  }
  if (report.visits !== undefined) lines.push('', colors.bold('Screens'), ...report.visits.map(describeVisits));
  lines.push('', describeCounts(report));
  if (report.reasons.length > 0) lines.push('', colors.bold('Why'), ...report.reasons.map((r) => `  ${oneLine(r)}`));
  lines.push('', nextStep(report), ...describeFiles(report, outDir));
  return `${lines.join('\n')}\n`;
}

function badge(verdict: Verdict, colors: Colors): string {
  const paint = { pass: colors.bgGreen, refuse: colors.bgRed, inconclusive: colors.bgYellow }[verdict];
  return paint(colors.black(colors.bold(` ${verdict.toUpperCase()} `)));
}

function describeSubject({ image, addons, database, backup, stack }: Subject): [string, string][] {
  const rows: [string, string | undefined][] = [
    ['image', image && `${image.reference} (${image.digest ?? `local ${image.id}`})`],
    ['addons', addons && `${plural(addons.length, 'folder')} beside the image: the image alone was not verified`],
    ['database', database && `${database.name}: Odoo ${database.odooVersion}, ${plural(database.modules, 'module')}`],
    ['backup', backup?.digest],
    ['stack', stack],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, oneLine(value)]]));
}

function describeCheck(check: ReportedCheck, width: number, colors: Colors): string[] {
  const paint = {
    passed: colors.green,
    failed: colors.red,
    inconclusive: colors.yellow,
    'not-applicable': colors.dim,
  }[check.status];
  const remark = [
    check.status === 'failed' ? check.severity : '',
    check.status === 'passed' ? '' : STATUS_WORD[check.status],
    check.required ? '' : 'not required',
  ].filter((part) => part !== '');
  const line = `  ${paint(STATUS_SYMBOL[check.status])} ${oneLine(check.title).padEnd(width)}  ${colors.dim(oneLine(check.id))}`;
  return [
    remark.length === 0 ? line : `${line}  ${paint(remark.join(', '))}`,
    ...('findings' in check ? describeFindings(check.findings) : []),
    ...('reason' in check ? [`      ${oneLine(check.reason)}`] : []),
  ];
}

function describeFindings(findings: readonly Finding[]): string[] {
  const shown = findings.slice(0, MOST_FINDINGS).map((finding) => `      ${describeFinding(finding)}`);
  const more = findings.length - shown.length;
  return more === 0 ? shown : [...shown, `      and ${plural(more, 'more finding')} in the report`];
}

function describeVisits({ role, menus, views, pages, records, notReached }: Visits): string {
  const parts = [
    ...(menus.total === 0 ? [] : [`${menus.seen} of ${plural(menus.total, 'menu')}`]),
    ...(views.total === 0 ? [] : [`${views.seen} of ${plural(views.total, 'view')}`]),
    ...(pages.total === 0 ? [] : [`${pages.seen} of ${plural(pages.total, 'page')}`]),
    ...(records === 0 ? [] : [plural(records, 'record')]),
    ...(notReached.length === 0 ? [] : [`${notReached.length} not reached`]),
  ];
  return `  ${oneLine(role).padEnd(9)} ${parts.join(', ')}`;
}

function describeCounts({ checks }: RunReport): string {
  const counts = countByStatus(checks);
  const statuses: CheckStatus[] = ['failed', 'inconclusive', 'passed', 'not-applicable'];
  const parts = statuses.filter((status) => counts[status] > 0).map((s) => `${counts[s]} ${STATUS_WORD[s]}`);
  return `${plural(checks.length, 'check')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function describeFiles({ artifacts }: RunReport, outDir: string | undefined): string[] {
  if (outDir === undefined) return [];
  const kinds = [...Map.groupBy(artifacts, ({ kind }) => kind)].map(([kind, all]) => plural(all.length, kind));
  const beside = kinds.length === 0 ? '' : `, with ${kinds.join(', ')}`;
  return [`Report: ${oneLine(outDir)}/report.html${beside}`];
}
