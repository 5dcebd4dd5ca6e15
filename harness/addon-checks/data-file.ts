import type { SaxesTagPlain } from 'saxes';
import { readCsv } from './csv.ts';
import type { Listed } from './manifest.ts';
import { readXml } from './xml-file.ts';

/** One data file of an addon: which ids it makes, and which it needs when it is loaded. */
export interface DataFile {
  problem?: { line: number; message: string };
  root?: Listed;
  defines: readonly Listed[];
  refersTo: readonly Listed[];
}

/** Elements that make a record under their id (`xml_import`, odoo/tools/convert.py). */
const MAKES = new Set(['record', 'template', 'menuitem', 'act_window', 'report', 'asset', 'url']);
/** How data names records that Python makes (`_update_xmlids` of ir.model.data). */
const NAMED = /(['"])xml_id\1\s*:\s*(['"])([\w.-]+)\2/g;
const CALLED = /\bref\(\s*(['"])([\w.-]+)\1\s*\)/g;
const WRITTEN = /%\(\s*([\w.-]+)\s*\)[ds]/g;

/** Reads a data file in XML. */
export function readDataXml(bytes: Buffer): DataFile {
  const defines: Listed[] = [];
  const refersTo: Listed[] = [];
  let root: Listed | undefined;
  /** Within how many elements whose text is searched for `%(id)d`; and within a record that may be left out. */
  let inArch = 0;
  let inOptional = 0;
  const stack: { arch: boolean; optional: boolean }[] = [];

  const needs = (id: string, line: number) => {
    if (inOptional === 0 && id !== '') refersTo.push({ text: id, line });
  };
  const open = ({ name, attributes }: SaxesTagPlain, line: number) => {
    root ??= { text: name, line };
    const has = (attribute: string) => attributes[attribute] ?? '';
    const optional = name === 'record' && /^(0|false|f|no|off)$/i.test(has('forcecreate'));
    const arch = (name === 'field' && /^(xml|html)$/.test(has('type'))) || name === 'template';
    if (inArch === 0) {
      for (const id of idsNeededBy(name, has)) needs(id, line);
      for (const [, , , id = ''] of has('eval').matchAll(NAMED)) defines.push({ text: id, line });
      if (MAKES.has(name)) defines.push({ text: has('id') || (name === 'template' ? has('t-name') : ''), line });
    }
    if (optional) inOptional += 1;
    if (arch) inArch += 1;
    stack.push({ arch, optional });
    if (inArch === 0) return;
    // Odoo looks the groups of a view up when it loads the view.
    if (name !== 'template') for (const id of groupsIn(has('groups'))) needs(id, line);
    for (const value of Object.values(attributes)) written(value, line);
  };
  const written = (value: string, line: number) => {
    if (!value.includes('%(')) return;
    for (const [, id = ''] of value.matchAll(WRITTEN)) needs(id, line);
  };
  const problem = readXml(bytes, {
    open,
    text: (value, line) => {
      if (inArch > 0) written(value, line);
    },
    close: () => {
      const closed = stack.pop();
      if (closed?.arch === true) inArch -= 1;
      if (closed?.optional === true) inOptional -= 1;
    },
  });
  return {
    ...(problem === undefined ? {} : { problem }),
    ...(root === undefined ? {} : { root }),
    defines: defines.filter(({ text }) => text !== ''),
    refersTo,
  };
}

function idsNeededBy(name: string, has: (attribute: string) => string): string[] {
  const called = [...has('eval').matchAll(CALLED)].map(([, , id = '']) => id);
  if (name === 'field' || name === 'value') return [has('ref'), ...called];
  if (name === 'function') return called;
  if (name === 'menuitem') return [has('parent'), has('action'), ...groupsIn(has('groups'))];
  if (name === 'template') return [has('inherit_id'), ...groupsIn(has('groups'))];
  return [];
}

const groupsIn = (groups: string) => groups.split(',').map((group) => group.trim().replace(/^[-!]/, ''));

/** Reads a data file in CSV: the columns `id`, and `…:id` or `…/id` for other records'. */
export function readDataCsv(text: string): DataFile {
  const [header, ...rows] = readCsv(text);
  if (header === undefined) return { defines: [], refersTo: [] };
  const id = header.cells.indexOf('id');
  const others = header.cells.flatMap((cell, index) => (/[:/]id$/.test(cell) ? [index] : []));
  return {
    defines: rows.flatMap(({ cells, line }) => (cells[id] ? [{ text: cells[id], line }] : [])),
    refersTo: rows.flatMap(({ cells, line }) =>
      others.flatMap((index) =>
        (cells[index] ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [{ text: each.trim(), line }])),
      ),
    ),
  };
}
