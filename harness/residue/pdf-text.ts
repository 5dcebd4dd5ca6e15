import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';

export interface PdfText {
  texts: string[];
  /** Files within the file, as they are. */
  files: { name: string; content: Uint8Array }[];
  /** Glyphs are shown of which nobody can tell the letters: a font numbers them in its own way. */
  illegible: boolean;
}

type Document = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Document['getPage']>>;
/** Of what PDF.js calls operators, their numbers. */
type Operators = Awaited<ReturnType<typeof getResolvedPDFJS>>['OPS'];

const OPTIONS = {
  // Pictures are not looked into: larger ones than this are not unpacked.
  maxImageSize: 1,
  fontExtraProperties: true,
  disableFontFace: true,
  useSystemFonts: false,
  isEvalSupported: false,
  useWasm: false,
  verbosity: 0,
};

/**
 * What a PDF says: the text of its pages as PDF.js reads it, fields, comments, links, bookmarks, properties, and the files
 * that it carries. Rejects what is broken, or encrypted with a password of the reader's. `data` is gone afterwards.
 */
export async function* pdfTexts(data: Uint8Array): AsyncGenerator<PdfText> {
  const { OPS } = await getResolvedPDFJS();
  const document = await getDocumentProxy(data, OPTIONS);
  try {
    yield {
      texts: stringsOf([await document.getMetadata(), (await document.getOutline()) ?? []]),
      files: filesOf(await document.getAttachments()),
      illegible: false,
    };
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const [text, annotations] = [await textOf(page), await page.getAnnotations()];
      yield { texts: [text, ...stringsOf(annotations)], files: [], illegible: await isIllegible(page, OPS) };
      page.cleanup();
    }
  } finally {
    await document.loadingTask.destroy();
  }
}

async function textOf(page: Page): Promise<string> {
  const { items } = await page.getTextContent({ disableNormalization: true });
  return items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
}

/** Every string of a structure, in order: PDF.js gives what belongs to fields and comments by many names. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Map) return [...value.values()].flatMap(stringsOf);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if ('getRaw' in value && typeof value.getRaw === 'function') return stringsOf(value.getRaw());
  return Object.values(value).flatMap(stringsOf);
}

function filesOf(attachments: unknown): PdfText['files'] {
  if (typeof attachments !== 'object' || attachments === null) return [];
  const entries = attachments instanceof Map ? [...attachments.values()] : Object.values(attachments);
  return entries.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null || !('content' in each) || !(each.content instanceof Uint8Array))
      return [];
    return [{ name: stringsOf(each).join(' '), content: each.content }];
  });
}

interface Glyph {
  unicode: string;
  isSpace: boolean;
}

/** Whether a glyph is shown that has no letter: PDF.js then gives its number instead, or nothing. */
async function isIllegible(page: Page, operators: Operators): Promise<boolean> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const fonts = new Set<string>();
  for (let index = 0; index < fnArray.length; index += 1) {
    const [first]: unknown[] = argsArray[index] ?? [];
    if (fnArray[index] === operators.setFont) fonts.add(String(first));
    if (fnArray[index] !== operators.showText || !Array.isArray(first)) continue;
    if (first.some((glyph: Partial<Glyph> | number | null) => isWithoutLetter(glyph))) return true;
  }
  return [...fonts].some((id) => page.commonObjs.has(id) && numbersGlyphs(page.commonObjs.get(id)));
}

function isWithoutLetter(glyph: Partial<Glyph> | number | null): boolean {
  if (typeof glyph !== 'object' || glyph === null || glyph.isSpace === true) return false;
  return /^$|[\p{Cc}\ufffd]/u.test((glyph.unicode ?? '').replace(/[\t\n\r]/g, ' '));
}

/** A font of many bytes a glyph without a table of their letters. */
function numbersGlyphs(font: unknown): boolean {
  if (typeof font !== 'object' || font === null || !('composite' in font) || font.composite !== true) return false;
  return !(
    'toUnicode' in font &&
    typeof font.toUnicode === 'object' &&
    font.toUnicode !== null &&
    '_map' in font.toUnicode
  );
}
