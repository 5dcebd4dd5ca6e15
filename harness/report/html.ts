import type { CheckStatus, Finding, Severity } from '../check.ts';
import type { Artifact, ReportedCheck, RunReport, Sanitized, Subject, Visits } from '../run.ts';
import { countByStatus, type Verdict } from '../verdict.ts';
import { isInsidePath } from './artifact-path.ts';
import { STYLE } from './html-style.ts';
import { Markup, markup } from './markup.ts';
import { describeDuration, plural } from './plain-text.ts';
import type { Screenshot } from './screenshots.ts';
import {
  type Area,
  explainVerdict,
  groupByArea,
  nextStep,
  STATUS_SYMBOL,
  STATUS_WORD,
  VERDICT_SYMBOL,
} from './wording.ts';

type Tone = 'pass' | 'refuse' | 'inconclusive' | 'none';

const TONE: Record<CheckStatus, Tone> = {
  passed: 'pass',
  failed: 'refuse',
  inconclusive: 'inconclusive',
  'not-applicable': 'none',
};

const SEVERITY_TONE: Record<Severity, Tone> = {
  critical: 'refuse',
  high: 'refuse',
  medium: 'inconclusive',
  low: 'none',
};

const VERDICT_NAME: Record<Verdict, string> = { pass: 'Pass', refuse: 'Refuse', inconclusive: 'Inconclusive' };

/**
 * The report as one page that needs nothing else: no script, no font, no image from elsewhere, and a content security
 * policy that forbids them. Screenshots are inside it; other artifacts are links relative to it.
 */
export function renderHtml(report: RunReport, screenshots: readonly Screenshot[]): string {
  const { verdict, subject, reasons, checks } = report;
  const about = subject.image?.reference ?? subject.database?.name;
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${VERDICT_NAME[verdict]}${about !== undefined && `: ${about}`} – odoo-gate report</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${renderVerdict(report)}
${renderTally(checks)}
${reasons.length > 0 && renderReasons(report)}
${renderSubject(report)}
${renderChecks(groupByArea(checks))}
${report.visits !== undefined && report.visits.length > 0 && renderVisits(report.visits)}
${screenshots.length > 0 && renderGallery(screenshots)}
${renderFiles(report.artifacts.filter(({ kind }) => kind !== 'screenshot'))}
</main>
${renderFooter(report)}
</body>
</html>
`}`;
}

function renderVerdict(report: RunReport): Markup {
  const { verdict } = report;
  return markup`<header class="verdict ${verdict}">
<span class="seal" aria-hidden="true">${VERDICT_SYMBOL[verdict]}</span>
<div>
<p class="label">Verdict</p>
<h1>${VERDICT_NAME[verdict]}</h1>
<p>${explainVerdict(report)} <span class="next">${nextStep(report)}</span></p>
</div>
</header>`;
}

function renderTally(checks: readonly ReportedCheck[]): Markup {
  const counts = countByStatus(checks);
  const statuses: CheckStatus[] = ['passed', 'failed', 'inconclusive', 'not-applicable'];
  const notRequired = countByStatus(checks.filter(({ required }) => !required));
  const renderCount = (status: CheckStatus) => {
    const all = counts[status] === notRequired[status];
    const aside =
      status !== 'passed' && notRequired[status] > 0 && `, ${all ? '' : `${notRequired[status]} `}not required`;
    return markup`<li class="${TONE[status]}${counts[status] === 0 && ' zero'}"><b>${counts[status]}</b> <span>${STATUS_WORD[status]}${aside}</span></li>`;
  };
  return markup`<ul class="card tally" aria-label="Checks by status">${statuses.map(renderCount)}</ul>`;
}

function renderReasons({ reasons, checks }: RunReport): Markup {
  const ids = new Set(checks.map(({ id }) => id));
  const renderReason = (reason: string) => {
    const id = reason.split(': ', 1)[0] ?? '';
    if (!ids.has(id)) return markup`<li>${reason}</li>`;
    return markup`<li><a href="${anchorOf(id)}"><code>${id}</code></a> <span>${reason.slice(id.length + 2)}</span></li>`;
  };
  return markup`<section aria-labelledby="why">
<h2 id="why">What stands in the way</h2>
<ul class="card reasons">${reasons.map(renderReason)}</ul>
</section>`;
}

function renderSubject({ subject, sanitized, policy, startedAt, durationMs }: RunReport): Markup {
  return markup`<section aria-labelledby="subject">
<h2 id="subject">What was verified</h2>
<dl class="card subject">
${subjectRows(subject)}
${sanitized && sanitizedRow(sanitized)}
${row('Policy', plural(policy.required.length, 'required check'), digest(policy.digest))}
${row('Verified', time(startedAt), markup`<span class="muted">in ${describeDuration(durationMs)}</span>`)}
</dl>
</section>`;
}

function subjectRows({ image, addons = [], database, backup, stack }: Subject): (Markup | false | undefined)[] {
  const about = database && `Odoo ${database.odooVersion}, ${plural(database.modules, 'module')} installed`;
  const local = markup`<span class="muted">In no registry yet; local id:</span>`;
  return [
    image &&
      row('Image', image.reference, image.digest === undefined ? [local, digest(image.id)] : digest(image.digest)),
    addons.length > 0 &&
      row(
        'Addons beside the image',
        `${plural(addons.length, 'folder')}: the image alone was not verified`,
        addons.map(digest),
      ),
    database && row('Database', database.name, markup`<span class="muted">${about}</span>`),
    backup && row('Backup', digest(backup.digest)),
    stack === undefined ? undefined : row('Stack', stack),
  ];
}

function sanitizedRow({ neutralizedBy, changes }: Sanitized): Markup {
  const rows = changes.reduce((sum, change) => sum + change.rows, 0);
  const tables = new Set(changes.map(({ table }) => table)).size;
  const how = neutralizedBy === 'sql' ? 'by statements of odoo-gate' : "by the image's own odoo neutralize";
  const list = changes.map(
    ({ table, action, columns, rows }) =>
      markup`<li><code>${table}</code> ${plural(rows, 'row')} ${action} <span class="muted">${columns.join(', ')}</span></li>`,
  );
  return row(
    'Sanitized',
    `${how}; beside it ${plural(rows, 'row')} written in ${plural(tables, 'table')}`,
    markup`<details><summary>Table by table <span class="toggle"></span></summary><ul class="changes">${list}</ul></details>`,
  );
}

function row(name: string, value: string | Markup, more?: Markup | Markup[]): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}${more}</dd></div>`;
}

function digest(value: string): Markup {
  return markup`<span class="digest">${value}</span>`;
}

function time(iso: string): Markup {
  return markup`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

function renderChecks(areas: readonly Area[]): Markup {
  return markup`<section aria-labelledby="checks">
<h2 id="checks">Checks</h2>
${areas.length === 0 && markup`<p class="card reason">No check ran.</p>`}
${areas.map(renderArea)}
</section>`;
}

function renderArea({ name, checks }: Area): Markup {
  const counts = countByStatus(checks);
  const statuses: CheckStatus[] = ['failed', 'inconclusive', 'passed', 'not-applicable'];
  const summary = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${STATUS_WORD[status]}`);
  return markup`<article class="card area">
<header><h3>${name}</h3><p>${summary.join(', ')}</p></header>
${checks.map(renderCheck)}
</article>
`;
}

function renderCheck(check: ReportedCheck): Markup {
  const opening = markup`class="check ${TONE[check.status]}" id="${anchorOf(check.id).slice(1)}"`;
  if (check.status === 'passed') return markup`<div ${opening}>${renderRow(check)}</div>\n`;
  if (check.status === 'not-applicable') {
    return markup`<div ${opening}>${renderRow(check)}<p class="details reason">${prose(check.reason)}</p></div>\n`;
  }
  return markup`<details open ${opening}>
<summary>${renderRow(check)}</summary>
<div class="details">${
    check.status === 'failed'
      ? markup`<ul class="findings">${check.findings.map(renderFinding)}</ul>`
      : markup`<p class="finding reason">${prose(check.reason)}</p>`
  }</div>
</details>
`;
}

function renderRow(check: ReportedCheck): Markup {
  const { id, title, status, severity, required, durationMs } = check;
  const weight = status === 'failed' ? SEVERITY_TONE[severity] : 'none';
  return markup`<div class="row">
<span class="symbol" aria-hidden="true">${STATUS_SYMBOL[status]}</span>
<div class="name">${title}<code>${id}</code></div>
<div class="facts">
<span class="chip">${STATUS_WORD[status]}</span>
<span class="chip ${weight}">${severity}</span>
${!required && markup`<span>not required</span>`}
${'assertions' in check && markup`<span>${plural(check.assertions, 'assertion')}</span>`}
<span>${describeDuration(durationMs)}</span>
${(status === 'failed' || status === 'inconclusive') && markup`<span class="toggle"></span>`}
</div>
</div>`;
}

function renderFinding({ message, location, count, fix, why, source }: Finding): Markup {
  return markup`<li class="finding">
<p class="what"><span>${prose(message)}</span>${count !== undefined && markup`<span class="count">${count.toLocaleString('en')}×</span>`}</p>
${location !== undefined && markup`<p><code>${location}</code></p>`}
${fix !== undefined && markup`<p class="fix"><b>Fix:</b> ${prose(fix)}</p>`}
${why !== undefined && markup`<p class="why"><b>Why:</b> ${prose(why)}${source !== undefined && markup` <span class="muted">${prose(source)}</span>`}</p>`}
</li>`;
}

function renderVisits(visits: readonly Visits[]): Markup {
  return markup`<section aria-labelledby="screens">
<h2 id="screens">Screens that were looked at</h2>
<dl class="card subject">
${visits.map(visitsRow)}
</dl>
</section>`;
}

function visitsRow({ role, menus, views, pages, records, broken, notReached }: Visits): Markup {
  const parts = [
    menus.total > 0 && `${menus.seen} of ${plural(menus.total, 'menu')}`,
    views.total > 0 && `${views.seen} of ${plural(views.total, 'view')}`,
    pages.total > 0 && `${pages.seen} of ${plural(pages.total, 'page')}`,
    records > 0 && plural(records, 'record'),
    broken > 0 && `${plural(broken, 'screen')} broken`,
  ];
  const list = notReached.map(({ screen, reason }) => markup`<li>${screen} <span class="muted">${reason}</span></li>`);
  return row(
    `As ${role}`,
    parts.filter((part) => part !== false).join(', '),
    list.length === 0
      ? undefined
      : markup`<details><summary>${list.length} not reached <span class="toggle"></span></summary><ul class="changes">${list}</ul></details>`,
  );
}

function renderGallery(screenshots: readonly Screenshot[]): Markup {
  return markup`<section aria-labelledby="screenshots">
<h2 id="screenshots">Screenshots</h2>
<div class="gallery">
${screenshots.map((screenshot, index) => renderScreenshot(screenshot, index, screenshots.length))}</div>
</section>`;
}

function renderScreenshot(screenshot: Screenshot, index: number, count: number): Markup {
  const { title, path } = screenshot;
  const content =
    'dataUri' in screenshot
      ? markup`<a class="frame" href="#screenshot-${index}" aria-label="Enlarge: ${title}"><img src="${screenshot.dataUri}" alt="${title}"></a>`
      : markup`<div class="frame absent"><b>No picture</b><span>${screenshot.problem}</span><code>${path}</code></div>`;
  return markup`<figure class="card shot" id="screenshot-${index}">
${content}
<figcaption>${title}</figcaption>
<nav aria-label="Screenshots">
${index > 0 && markup`<a href="#screenshot-${index - 1}">Previous</a>`}
<a href="#screenshots">Close</a>
${index < count - 1 && markup`<a href="#screenshot-${index + 1}">Next</a>`}
</nav>
</figure>
`;
}

function renderFiles(artifacts: readonly Artifact[]): Markup | false {
  if (artifacts.length === 0) return false;
  return markup`<section aria-labelledby="files">
<h2 id="files">More files</h2>
<ul class="card files">${artifacts.map(renderFile)}</ul>
</section>`;
}

function renderFile({ kind, title, path }: Artifact): Markup {
  const name = markup`<code>${path}</code>`;
  const link = markup`<a href="${path.toWellFormed().split('/').map(encodeURIComponent).join('/')}">${name}</a>`;
  return markup`<li><b>${title}</b> <span class="muted">${kind}</span> ${isInsidePath(path) ? link : name}</li>`;
}

function renderFooter({ tool, schema, finishedAt }: RunReport): Markup {
  return markup`<footer>
<p>${tool.name} ${tool.version}, finished ${time(finishedAt)}. The same facts for programs: report.json (${schema}), junit.xml, ctrf.json.</p>
</footer>`;
}

/** Text in which `what stands between backticks` is code. */
function prose(text: string): Markup[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : markup`${part}`));
}

function anchorOf(id: string): string {
  return `#check-${encodeURIComponent(id.toWellFormed())}`;
}
