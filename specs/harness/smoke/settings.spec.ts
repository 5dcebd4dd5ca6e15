import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { browserAddress, readSettings, settingsEnvironment } from '../../../harness/smoke/settings.ts';

const settings = {
  url: new URL('http://172.18.0.3:8069'),
  baseUrl: new URL('http://uat.example.com'),
  database: 'uat',
  login: 'admin',
  password: 'secret word',
  outDir: '/tmp/out',
  screenshots: 'blur' as const,
};

test('settings survive the way through the environment', () => {
  expect(readSettings(settingsEnvironment(settings))).toEqual(settings);
});

test.each([
  ['no URL', { ODOO_GATE_SMOKE_URL: '' }, 'ODOO_GATE_SMOKE_URL'],
  ['a URL that is none', { ODOO_GATE_SMOKE_URL: 'secret word' }, 'ODOO_GATE_SMOKE_URL'],
  ['a URL of another kind', { ODOO_GATE_SMOKE_URL: 'file:///etc/passwd' }, 'ODOO_GATE_SMOKE_URL'],
  ['no database', { ODOO_GATE_SMOKE_DATABASE: '' }, 'ODOO_GATE_SMOKE_DATABASE'],
  ['no password', { ODOO_GATE_SMOKE_PASSWORD: '' }, 'ODOO_GATE_SMOKE_PASSWORD'],
  ['an unknown way to keep screenshots', { ODOO_GATE_SMOKE_SCREENSHOTS: 'secret word' }, 'ODOO_GATE_SMOKE_SCREENSHOTS'],
])('%s is refused by the name of the variable, without its value', (_, wrong, name) => {
  const read = () => readSettings({ ...settingsEnvironment(settings), ...wrong });
  expect(read).toThrow(UsageError);
  expect(read).toThrow(new RegExp(`${name}\\.$`));
  expect(read).not.toThrow('secret word');
});

test.each([
  ['http://uat.example.com', 'http://172.18.0.3:8069', 'http://uat.example.com/'],
  ['https://uat.example.com', 'http://172.18.0.3:8069', 'http://172.18.0.3:8069/'],
  ['http://uat.example.com', 'https://odoo.example.com', 'https://odoo.example.com/'],
])('with base URL %s and Odoo at %s the browser shows %s', (baseUrl, url, shown) => {
  expect(browserAddress({ baseUrl: new URL(baseUrl), url: new URL(url) }).href).toBe(shown);
});
