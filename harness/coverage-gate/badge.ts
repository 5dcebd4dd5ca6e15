import type { Totals } from './model.ts';
import { formatPercent } from './percent.ts';

/** From how many percent on which colour. */
const COLOURS: readonly (readonly [number, string])[] = [
  [90, '#2f7d32'],
  [75, '#5c7d14'],
  [60, '#8a6100'],
  [0, '#b3261e'],
];
const LABEL_WIDTH = 62;
const VALUE_WIDTH = 56;

/** An SVG that needs nothing else: `coverage 79.99 %`, rounded down. */
export function renderBadge(totals: Totals): string {
  const value = formatPercent(totals);
  const percent = totals.total === 0 ? 0 : (totals.covered * 100) / totals.total;
  const colour = COLOURS.find(([from]) => percent >= from)?.[1] ?? '#555';
  const width = LABEL_WIDTH + VALUE_WIDTH;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="coverage: ${value}">
<title>coverage: ${value}</title>
<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${LABEL_WIDTH}" height="20" fill="#444"/><rect x="${LABEL_WIDTH}" width="${VALUE_WIDTH}" height="20" fill="${colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="${LABEL_WIDTH / 2}" y="14">coverage</text><text x="${LABEL_WIDTH + VALUE_WIDTH / 2}" y="14">${value}</text>
</g>
</svg>
`;
}
