import { z } from 'zod';
import { UsageError } from '../errors.ts';

const webAddress = z.url({ protocol: /^https?$/ }).transform((text) => new URL(text));

/** What the flows have to know. It travels in the environment alone: arguments are readable by every user of a machine. */
const Settings = z.object({
  /** Where Odoo answers. */
  ODOO_GATE_SMOKE_URL: webAddress,
  /** The address that Odoo believes to have; mapped to the one above inside the browser when it is plain http. */
  ODOO_GATE_SMOKE_BASE_URL: webAddress.optional(),
  ODOO_GATE_SMOKE_DATABASE: z.string().min(1),
  ODOO_GATE_SMOKE_LOGIN: z.string().min(1),
  ODOO_GATE_SMOKE_PASSWORD: z.string().min(1),
  /** Where screenshots and traces go. */
  ODOO_GATE_SMOKE_OUT: z.string().min(1).default('smoke-results'),
  /** `blur` leaves no readable content in screenshots, messages and traces. */
  ODOO_GATE_SMOKE_SCREENSHOTS: z.enum(['keep', 'blur']).default('keep'),
});

export interface SmokeSettings {
  url: URL;
  baseUrl?: URL;
  database: string;
  login: string;
  password: string;
  outDir: string;
  screenshots: 'keep' | 'blur';
}

/** Reads ODOO_GATE_SMOKE_*. Throws `UsageError` `smoke-settings` naming the variables that are missing or wrong, never their values. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): SmokeSettings {
  const parsed = Settings.safeParse(environment);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))].join(', ');
    throw new UsageError('smoke-settings', `Missing or wrong in the environment: ${names}.`, {
      next: 'Set ODOO_GATE_SMOKE_URL, _DATABASE, _LOGIN and _PASSWORD, or let `odoo-gate smoke` set them.',
    });
  }
  const { data } = parsed;
  return {
    url: data.ODOO_GATE_SMOKE_URL,
    ...(data.ODOO_GATE_SMOKE_BASE_URL && { baseUrl: data.ODOO_GATE_SMOKE_BASE_URL }),
    database: data.ODOO_GATE_SMOKE_DATABASE,
    login: data.ODOO_GATE_SMOKE_LOGIN,
    password: data.ODOO_GATE_SMOKE_PASSWORD,
    outDir: data.ODOO_GATE_SMOKE_OUT,
    screenshots: data.ODOO_GATE_SMOKE_SCREENSHOTS,
  };
}

/** The variables that `readSettings` reads back. */
export function settingsEnvironment(settings: SmokeSettings): Record<string, string> {
  return {
    ODOO_GATE_SMOKE_URL: settings.url.href,
    ...(settings.baseUrl && { ODOO_GATE_SMOKE_BASE_URL: settings.baseUrl.href }),
    ODOO_GATE_SMOKE_DATABASE: settings.database,
    ODOO_GATE_SMOKE_LOGIN: settings.login,
    ODOO_GATE_SMOKE_PASSWORD: settings.password,
    ODOO_GATE_SMOKE_OUT: settings.outDir,
    ODOO_GATE_SMOKE_SCREENSHOTS: settings.screenshots,
  };
}

/** The address that the browser shows: the frozen one where plain http lets it be mapped, else the real one (TLS ends at a proxy that is not here). */
export function browserAddress({ url, baseUrl }: Pick<SmokeSettings, 'url' | 'baseUrl'>): URL {
  return baseUrl?.protocol === 'http:' && url.protocol === 'http:' ? baseUrl : url;
}
