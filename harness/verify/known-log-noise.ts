import type { LogRecord } from '../stack/odoo-log.ts';

interface KnownLogNoise {
  logger: string;
  message: RegExp;
  reason: string;
}

/** What a healthy Odoo logs above WARNING on a copy that is cut off. As narrow as it can be, each with its reason. */
const KNOWN_LOG_NOISE: readonly KnownLogNoise[] = [];

export function isKnownLogNoise({ logger, message }: LogRecord): boolean {
  return KNOWN_LOG_NOISE.some((noise) => noise.logger === logger && noise.message.test(message));
}
