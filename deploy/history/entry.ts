import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import { digestOf } from '../registry/manifest.ts';
import { type Digest, formatRepository, isDigest, parseReference, parseRepository } from '../registry/reference.ts';

const STATUSES = [
  'verified',
  'refused',
  'inconclusive',
  'started',
  'promoted',
  'already-promoted',
  'failed',
  'deployed',
  'rolled-back',
  'deleted',
  'repaired',
] as const;

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
// Lower case alone: an id in another spelling would not be seen to have been used before.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST = 64;

const digest = z.string().refine(isDigest, 'is not sha256: and 64 hexadecimal digits');
const tag = z.string().regex(TAG, 'is not a tag');
const uuid = z.string().regex(UUID, 'is not a UUID in lower case');
const several = <Item extends z.ZodType>(item: Item) =>
  z.array(item).min(1, 'is empty').max(MOST, 'has too many items');

// What could break the line that people read, or make it show something else: control, ANSI and bidi characters.
const name = z
  .string()
  .min(1, 'is empty')
  .max(128, 'is too long')
  .refine(
    (text) => text.trim() === text && !/[|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text),
    'has a character that can not be shown, a "|", or spaces around it',
  );

const shape = {
  /** From 0, without a gap. */
  sequence: z.int().nonnegative(),
  /** Of the bytes of the line before, without its newline; of the first entry `GENESIS`. */
  previous: digest,
  /** UTC. */
  at: z.iso.datetime({ precision: 3 }).refine((text) => isInstant(text), 'is not a time'),
  /** The tag that it is about; of a promotion the one to set. */
  version: tag,
  environment: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'is not a name of letters, digits, "_", "." and "-"'),
  status: z.enum(STATUSES),
  /** Who did it. */
  operator: name,
  repository: z.string().refine(isRepository, 'is not a repository with its registry').optional(),
  digest: digest.optional(),
  /** A tag, or HOST/NAME:TAG. */
  from: z.string().refine(isPlace, 'is neither a tag nor an image').optional(),
  to: z.string().refine(isPlace, 'is neither a tag nor an image').optional(),
  /** Of the evidence that it rests on. */
  runIds: several(uuid).optional(),
  /** Of the files of evidence. */
  evidence: several(digest).optional(),
  /** Of the combined verdict. */
  verdict: digest.optional(),
  /** Nonces of the approvals. */
  approvals: several(z.string().regex(/^[A-Za-z0-9+/=_.-]{8,128}$/, 'is not a nonce')).optional(),
  /** The same in all entries of one promotion; a verification has none. */
  attempt: uuid.optional(),
  /** A code such as `target-taken`. */
  detail: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not a code in kebab-case')
    .optional(),
};

const entry = z.strictObject(shape);
const fields = entry.omit({ sequence: true, previous: true, at: true });
const ORDER = Object.keys(shape);

/** One line of a history. */
export type Entry = Readonly<z.output<typeof entry>>;
/** What the writer says; its place in the chain and the time follow. */
export type EntryFields = Readonly<z.input<typeof fields>>;

/** What the first entry comes after. It names the format, so that the lines of another one never verify. */
export const GENESIS: Digest = digestOf(Buffer.from('odoo-gate/history@1'));

/** The one spelling of an entry, without a newline. */
export function serialize(value: Entry): string {
  return JSON.stringify(value, ORDER);
}

/** Undefined for a line that `serialize` would not write byte for byte: other spellings, doubled keys, unknown ones. */
export function parseEntry(line: Uint8Array): Entry | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
    const parsed = entry.safeParse(JSON.parse(text));
    return parsed.success && serialize(parsed.data) === text ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `UsageError('history-entry')`, which names the field and never its value. */
export function checkFields(value: EntryFields): z.output<typeof fields> {
  const parsed = fields.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'an entry'} ${message}`);
  throw new UsageError('history-entry', `This can't be recorded: ${[...new Set(problems)].join('; ')}.`, {
    next: 'Nothing was written; give a value that fits, and run it again.',
  });
}

/** `timestamp | version | env | status | operator` */
export function humanLine({ at, version, environment, status, operator }: Entry): string {
  return [at, version, environment, status, operator].join(' | ');
}

function isInstant(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function isRepository(text: string): boolean {
  return succeeds(() => formatRepository(parseRepository(text)) === text);
}

function isPlace(text: string): boolean {
  return TAG.test(text) || succeeds(() => parseReference(text).tag !== undefined);
}

function succeeds(test: () => boolean): boolean {
  try {
    return test();
  } catch {
    return false;
  }
}
