import { z } from 'zod';

const text = z.string().min(1);
const percent = z.number().min(0).max(100);

const names = z.string().regex(/^[\w*]+$/, 'is no name of an addon; * stands for anything');

/** Who may not depend on whom. */
export const addonRule = z.strictObject({
  /** Addons that are held to it: `shared_*`. */
  from: names,
  /** What none of them may depend on, directly or not. */
  mayNotDependOn: z.union([names.transform((each) => [each]), z.array(names).min(1)]),
  why: text,
});

/** What may stand at the top of odoo-gate.yaml and, per stack, below `stacks.<name>`. Each key is the option of the same name. */
const settings = {
  image: text.describe('reference of the Odoo image'),
  postgresImage: text.describe('reference of the Postgres image'),
  backup: text.describe('Odoo zip, pg_dump custom, directory or plain dump'),
  filestore: text.describe('folder or tar of the filestore'),
  baseUrl: z.url().describe('URL of the stack, to which web.base.url is frozen'),
  addons: z.array(text).describe('folders of extra addons'),
  databaseUrl: text.describe('postgresql:// URL of an existing database'),
  rules: text.describe('file of rules for your own modules'),
  strict: z.boolean().describe('what nobody can classify fails too'),
  url: z.url().describe('URL of a running Odoo'),
  db: text.describe('name of the database in a running Odoo'),
  login: text.describe('login of the smoke user'),
  out: text.describe('folder of the report'),
  min: percent.describe('least coverage, per cent'),
  tolerance: percent.describe('how much coverage may fall, percentage points'),
  repository: text.describe('repository of the image, with its registry'),
  from: text.describe('tag to promote'),
  to: text.describe('tag that promotion makes'),
  series: text.describe('series of Odoo that addons are for'),
  odooAddons: z.array(text).describe("folders of Odoo's own modules"),
  manifestKeys: z.array(text).describe('keys of manifests that tools of your own read'),
  addonRules: z.array(addonRule).describe('which addons may not depend on which'),
  policy: text.describe('file that says whose signature counts, and which steps tags may take'),
};

const stack = z.strictObject(settings).partial();

/** `odoo-gate.yaml`. */
export const configSchema = z.strictObject({
  ...stack.shape,
  /** Named stacks; `--stack NAME` lays one over the top level. */
  stacks: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), stack).optional(),
});

export type Settings = z.infer<typeof stack>;
export type Config = z.infer<typeof configSchema>;

/** Every key that a settings block knows. */
export const SETTING_NAMES = Object.keys(settings);
