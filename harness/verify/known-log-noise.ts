import type { LogRecord } from '../stack/odoo-log.ts';

interface KnownLogNoise {
  logger: string;
  message: RegExp;
  reason: string;
}

/** What a healthy Odoo logs above WARNING on a copy that is cut off. As narrow as it can be, each with its reason. */
const KNOWN_LOG_NOISE: readonly KnownLogNoise[] = [
  {
    logger: 'odoo.addons.partner_autocomplete.models.res_partner',
    // The words between are in the administrator's language.
    message: /^Autocomplete API error: .{1,300} https:\/\/partner-autocomplete\.odoo\.com\/[a-z_/]{1,99}$/,
    reason: 'Odoo 14 enriches a company at the first login; its service is out of reach, as everything is.',
  },
];

export function isKnownLogNoise({ logger, message }: LogRecord): boolean {
  return KNOWN_LOG_NOISE.some((noise) => noise.logger === logger && noise.message.test(message));
}
