import { readFileSync } from 'node:fs';

/** The version in package.json: two folders up in the checkout, three in the package. */
export const toolVersion: string = (() => {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (name === 'odoo-gate') return version as string;
    } catch {
      // Not at this depth.
    }
  }
  return 'unknown';
})();
