/** The page's style: light and dark by the reader's setting, one column on a telephone, ink-saving in print. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --sunken: #f7f8fa; --line: #dfe3e8; --text: #16202c; --muted: #576472;
  --link: #0b5cad;
  --pass: #13703a; --pass-soft: #e3f4e9; --pass-strong: #14743d;
  --refuse: #b3261e; --refuse-soft: #fdeceb; --refuse-strong: #b3261e;
  --inconclusive: #8a5300; --inconclusive-soft: #fdf2dc; --inconclusive-strong: #8f5a05;
  --none: #576472; --none-soft: #eceff2;
  --shadow: 0 1px 2px rgb(16 24 40 / .06), 0 1px 3px rgb(16 24 40 / .08);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e141b; --card: #171f29; --sunken: #121a22; --line: #2b3744; --text: #e7edf3; --muted: #9fadbb;
    --link: #7cb8f5;
    --pass: #5fd08c; --pass-soft: #14301f; --pass-strong: #17663a;
    --refuse: #ff948b; --refuse-soft: #3a1917; --refuse-strong: #a32720;
    --inconclusive: #f2bd62; --inconclusive-soft: #36280f; --inconclusive-strong: #855306;
    --none: #9fadbb; --none-soft: #222d38;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 1.5rem; display: grid; gap: 1.75rem; grid-template-columns: minmax(0, 1fr); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
code, .digest { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .8125rem; overflow-wrap: anywhere; unicode-bidi: isolate; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; }
h2 { font-size: 1.1875rem; line-height: 1.3; letter-spacing: -.005em; margin-bottom: .75rem; }
h3 { font-size: .9375rem; line-height: 1.4; }
ul { padding: 0; list-style: none; }
.muted { color: var(--muted); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; box-shadow: var(--shadow); }

.pass { --tone: var(--pass); --soft: var(--pass-soft); --strong: var(--pass-strong); }
.refuse { --tone: var(--refuse); --soft: var(--refuse-soft); --strong: var(--refuse-strong); }
.inconclusive { --tone: var(--inconclusive); --soft: var(--inconclusive-soft); --strong: var(--inconclusive-strong); }
.none { --tone: var(--none); --soft: var(--none-soft); --strong: var(--none); }

.verdict { background: var(--strong); color: #fff; border-radius: .75rem; padding: 1.5rem 1.75rem; display: flex; gap: 1.25rem; align-items: center; }
.verdict .seal { flex: none; width: 3.75rem; height: 3.75rem; border-radius: 50%; background: rgb(255 255 255 / .18); border: 2px solid rgb(255 255 255 / .55); display: grid; place-items: center; font-size: 1.75rem; font-weight: 700; line-height: 1; }
.verdict .label { font-size: .8125rem; font-weight: 600; opacity: .92; }
.verdict h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.02em; }
.verdict p { margin-top: .25rem; }
.verdict .next { display: block; font-weight: 600; }

.tally { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); overflow: hidden; }
.tally li { padding: .875rem 1.25rem; border-left: 1px solid var(--line); }
.tally li:first-child { border-left: 0; }
.tally b { display: block; font-size: 1.625rem; line-height: 1.2; font-variant-numeric: tabular-nums; color: var(--tone); }
.tally .zero b { color: var(--muted); font-weight: 500; }
.tally span { font-size: .875rem; color: var(--muted); }

.subject { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1px; background: var(--line); overflow: hidden; }
.subject > div { background: var(--card); padding: .875rem 1.25rem; }
.subject > div:last-child:nth-child(odd) { grid-column: 1 / -1; }
.subject dt { font-size: .8125rem; color: var(--muted); margin-bottom: .125rem; }
.subject dd { font-weight: 600; overflow-wrap: anywhere; }
.subject .digest, .subject .muted { display: block; font-weight: 400; }
.subject .muted { font-size: .875rem; }
.subject .digest { font-size: .6875rem; line-height: 1.6; }

.reasons li { padding: .625rem 1.25rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.reasons li:first-child { border-top: 0; }
.reasons li:has(a) { display: grid; grid-template-columns: minmax(0, 15rem) minmax(0, 1fr); gap: .125rem 1rem; align-items: baseline; }

.area { margin-top: 1rem; overflow: hidden; }
.area > header { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; padding: .75rem 1.25rem; background: var(--sunken); border-bottom: 1px solid var(--line); }
.area > header p { font-size: .8125rem; color: var(--muted); text-align: right; }
.check { border-top: 1px solid var(--line); }
.area header + .check { border-top: 0; }
.row { display: grid; grid-template-columns: 1.75rem minmax(0, 1fr) auto; gap: .125rem .75rem; align-items: start; padding: .75rem 1.25rem; }
.symbol { width: 1.625rem; height: 1.625rem; border-radius: 50%; background: var(--soft); color: var(--tone); display: grid; place-items: center; font-size: .875rem; font-weight: 700; line-height: 1; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.name code { display: block; font-weight: 400; color: var(--muted); }
.facts { display: flex; flex-wrap: wrap; gap: .375rem .5rem; justify-content: flex-end; align-items: center; font-size: .8125rem; color: var(--muted); font-variant-numeric: tabular-nums; max-width: 26rem; }
.chip { border-radius: 1rem; padding: .0625rem .5625rem; font-weight: 600; background: var(--soft); color: var(--tone); white-space: nowrap; }
details > summary { cursor: pointer; list-style: none; }
details > summary::-webkit-details-marker { display: none; }
details > summary:hover { background: var(--sunken); }
.toggle::before { content: "show"; color: var(--link); }
[open] > summary .toggle::before { content: "hide"; }
.details { padding: 0 1.25rem 1rem 3.75rem; display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); }
.findings { display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); }
.finding { background: var(--soft); border-radius: .5rem; padding: .625rem .875rem; overflow-wrap: anywhere; }
.finding .what { font-weight: 600; display: flex; gap: .75rem; justify-content: space-between; }
.finding .count { flex: none; color: var(--tone); font-variant-numeric: tabular-nums; }
.finding .fix, .finding .why { margin-top: .25rem; font-size: .9375rem; }
.reason { overflow-wrap: anywhere; }
.changes { list-style: none; padding: 0; font-size: .875rem; overflow-wrap: anywhere; }
p.details { color: var(--muted); font-size: .9375rem; margin-top: -.5rem; }

.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem; }
.shot { overflow: hidden; display: flex; flex-direction: column; }
.shot .frame { display: block; aspect-ratio: 16 / 10; background: var(--sunken); border-bottom: 1px solid var(--line); }
.shot img { width: 100%; height: 100%; object-fit: cover; object-position: top; display: block; }
.shot figcaption { padding: .625rem .875rem; font-size: .875rem; overflow-wrap: anywhere; }
.shot nav { display: none; }
.shot .absent { display: grid; place-content: center; gap: .25rem; text-align: center; padding: 1rem; color: var(--muted); font-size: .875rem; }
.shot:target:has(img) { position: fixed; inset: 0; z-index: 1; border: 0; border-radius: 0; background: #0b1016; color: #fff; }
.shot:target:has(img) .frame { flex: 1; min-height: 0; aspect-ratio: auto; background: none; border: 0; }
.shot:target:has(img) img { object-fit: contain; object-position: center; }
.shot:target:has(img) figcaption { text-align: center; }
.shot:target:has(img) nav { display: flex; justify-content: center; gap: 1.5rem; padding: .25rem .875rem 1rem; }
.shot:target:has(img) nav a { color: #9fd0ff; padding: .25rem .5rem; }

.files li { padding: .625rem 1.25rem; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .125rem .75rem; overflow-wrap: anywhere; }
.files li:first-child { border-top: 0; }
footer { padding-top: 1.5rem; padding-bottom: 2.5rem; font-size: .8125rem; color: var(--muted); overflow-wrap: anywhere; }

@media (max-width: 44rem) {
  main, footer { padding-left: .875rem; padding-right: .875rem; }
  main { padding-top: .875rem; gap: 1.5rem; }
  .verdict { padding: 1.125rem; gap: .875rem; align-items: flex-start; }
  .verdict .seal { width: 2.75rem; height: 2.75rem; font-size: 1.25rem; }
  .verdict h1 { font-size: 1.625rem; }
  .tally { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tally li { padding: .625rem 1rem; }
  .tally li:nth-child(odd) { border-left: 0; }
  .tally li:nth-child(n + 3) { border-top: 1px solid var(--line); }
  .subject { grid-template-columns: minmax(0, 1fr); }
  .subject > div, .reasons li, .row, .area > header, .files li { padding-left: 1rem; padding-right: 1rem; }
  .reasons li:has(a) { grid-template-columns: minmax(0, 1fr); }
  .row { grid-template-columns: 1.75rem minmax(0, 1fr); }
  .facts { grid-column: 2; justify-content: flex-start; }
  .details { padding: 0 1rem .875rem; }
}
@page { margin: 14mm; }
@media print {
  :root {
    color-scheme: light; --page: #fff; --card: #fff; --sunken: #fff; --line: #c9ced4; --text: #000; --muted: #444; --link: #000;
    --pass: #13703a; --pass-soft: #fff; --refuse: #b3261e; --refuse-soft: #fff; --inconclusive: #8a5300; --inconclusive-soft: #fff;
    --none: #444; --none-soft: #fff; --shadow: none;
  }
  body { font-size: 10pt; }
  main { padding-top: 0; gap: 1rem; }
  .verdict { background: #fff; color: #000; border: 3px solid var(--tone); }
  .verdict .seal { border-color: var(--tone); color: var(--tone); }
  .symbol, .finding, .chip { border: 1px solid var(--line); }
  .finding, .row, .shot, .reasons li { break-inside: avoid; }
  h2, h3, .area > header { break-after: avoid; }
  .toggle { display: none; }
  .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
`;
