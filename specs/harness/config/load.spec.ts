import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSettings, parseConfig } from '../../../harness/config/load.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true }));

function messageOfMistake(
  text: string,
  { env = {}, stack }: { env?: Record<string, string>; stack?: string } = {},
): string {
  try {
    parseConfig(text, 'odoo-gate.yaml', env, stack);
  } catch (error) {
    expect(error).toMatchObject({ code: 'config', exitCode: 2 });
    return error instanceof Error ? error.message : '';
  }
  throw new Error('it was accepted');
}

describe('settings', () => {
  test.each([
    ['an empty file', '', {}],
    ['comments alone', '# nothing yet\n', {}],
    ['the word null', 'null', {}],
    ['keys of the top level', 'image: odoo:19\nmin: 80\n', { image: 'odoo:19', min: 80 }],
    ['a list', 'addons: [a, b]\n', { addons: ['a', 'b'] }],
    ['an anchor', 'image: &image odoo:19\npostgresImage: *image\n', { image: 'odoo:19', postgresImage: 'odoo:19' }],
    ['a byte order mark', '\uFEFFimage: odoo:19\n', { image: 'odoo:19' }],
    ['lines that end as on Windows', 'image: odoo:19\r\nmin: 80\r\n', { image: 'odoo:19', min: 80 }],
  ])('are read from %s', (_what, text, settings) => {
    expect(parseConfig(text)).toEqual(settings);
  });

  test('of a stack lie over those of the top level', () => {
    const text = 'image: odoo:19\nmin: 80\nstacks:\n  uat:\n    min: 90\n  prod: {}\n';
    expect(parseConfig(text, undefined, {}, 'uat')).toEqual({ image: 'odoo:19', min: 90 });
    expect(parseConfig(text, undefined, {}, 'prod')).toEqual({ image: 'odoo:19', min: 80 });
  });

  test('of stacks may share a base', () => {
    const text = 'stacks:\n  uat: &base\n    image: odoo:19\n    min: 80\n  prod:\n    <<: *base\n    min: 90\n';
    expect(parseConfig(text, undefined, {}, 'prod')).toEqual({ image: 'odoo:19', min: 90 });
  });

  test('take variables of the environment', () => {
    const text = `databaseUrl: 'postgresql://odoo:\${PASSWORD}@\${HOST}/uat'\n`;
    const env = { PASSWORD: `a $1 \${HOST}`, HOST: 'db' };
    expect(parseConfig(text, undefined, env)).toEqual({ databaseUrl: `postgresql://odoo:a $1 \${HOST}@db/uat` });
  });

  test('of a stack that is not chosen need no variables', () => {
    const text = `stacks:\n  uat:\n    min: 80\n  prod:\n    login: \${PROD_LOGIN}\n`;
    expect(parseConfig(text, undefined, {}, 'uat')).toEqual({ min: 80 });
  });
});

describe('a mistake is named with its line:', () => {
  test.each([
    ['an unknown key', 'image: odoo:19\nimmage: x\n', 'line 2: immage: unknown key (did you mean "image"?)'],
    ['a key that nothing is near to', 'zzzzzzzzzz: x\n', 'line 1: zzzzzzzzzz: unknown key'],
    [
      'an unknown key of a stack',
      'stacks:\n  uat:\n    bakup: x\n',
      'line 3: stacks.uat.bakup: unknown key (did you mean "backup"?)',
    ],
    ['stacks within a stack', 'stacks:\n  uat:\n    stacks: {}\n', 'line 3: stacks.uat.stacks: unknown key'],
    ['a text for a number', 'image: a\nmin: much\n', 'line 2: min: Invalid input: expected number, received string'],
    ['a number out of range', 'min: 101\n', 'line 1: min: Too big: expected number to be <=100'],
    ['an empty text', 'image: ""\n', 'line 1: image: Too small'],
    ['no URL', 'url: nowhere\n', 'line 1: url: Invalid URL'],
    ['a list where one is wanted', 'image: [a]\n', 'line 1: image: Invalid input: expected string, received array'],
    ['a wrong member of a list', 'image: a\naddons:\n  - 1\n', 'line 2: addons.0: Invalid input'],
    ['a name of a stack that no label takes', 'stacks:\n  "U A T": {}\n', 'line 2: stacks.U A T: Invalid key'],
    ['a list at the top', '- image\n', 'line 1: top level: Invalid input: expected object, received array'],
    ['a text at the top', 'image\n', 'line 1: top level: Invalid input: expected object, received string'],
    ['stacks that are none', 'stacks: 1\n', 'line 1: stacks: Invalid input'],
    [
      'a variable that is not set',
      `image: a\nlogin: \${LOGIN}\n`,
      'line 2: login: the environment variable LOGIN is not set',
    ],
    ['a default that is not known', `login: \${LOGIN:-admin}\n`, `line 1: login: only \${NAME} is replaced`],
    ['a variable that is not closed', `login: "\${LOGIN"\n`, `line 1: login: only \${NAME} is replaced`],
    ['a key given twice', 'image: a\nimage: b\n', 'Map keys must be unique at line 2, column 1'],
    ['a tab', 'stacks:\n\tuat: {}\n', 'at line 2, column 1'],
    ['an anchor that is not there', 'image: *base\n', 'base'],
    ['two documents', 'image: a\n---\nimage: b\n', 'multiple documents'],
    ['a bracket that is not closed', 'addons: [a, b\n', 'at line 2'],
  ])('%s', (_what, text, message) => {
    expect(messageOfMistake(text)).toContain(message);
  });

  test('all of them at once, in the order of the file', () => {
    const message = messageOfMistake(`immage: x\nlogin: \${LOGIN}\nmin: 101\n`);
    expect(message.split('\n').map((line) => line.trim().slice(0, 7))).toEqual([
      'odoo-ga',
      'line 1:',
      'line 2:',
      'line 3:',
    ]);
  });

  test('the stack that is not there', () => {
    const message = messageOfMistake('stacks:\n  uat: {}\n', { stack: 'uta' });
    expect(message).toBe('odoo-gate.yaml has no stack "uta" (did you mean "uat"?).');
  });

  test('aliases that grow beyond all bounds', () => {
    const bomb = ['addons: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, base] of ['ba', 'cb', 'dc', 'ed'].map((pair) => [pair[0], pair[1]])) {
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${base}`).join(', ')}]`);
    }
    expect(messageOfMistake(bomb.join('\n'))).toContain('alias');
  });
});

test('no value of the environment is in a message', () => {
  const env = { SECRET: 'S3cr3t-from-env' };
  const wrong = ['url', 'image', 'min', 'maxAge', 'immage', 'addons'].map((key) => `${key}: ["\${SECRET}"]\n`).join('');
  const alsoWrong = `url: \${SECRET}\nmin: \${SECRET}\nstacks:\n  uat:\n    baseUrl: \${SECRET}\n    \${SECRET}: 1\n`;
  expect(messageOfMistake(wrong, { env })).not.toContain(env.SECRET);
  expect(messageOfMistake(alsoWrong, { env, stack: 'uat' })).not.toContain(env.SECRET);
});

test('no value of the file is in a message', () => {
  const secret = 'S3cr3t-in-file';
  for (const text of [`url: ${secret}\n`, `login: ${secret}\n${secret}\n`, `login: "${secret}\n`, `min: ${secret}\n`]) {
    expect(messageOfMistake(text)).not.toContain(secret);
  }
});

describe('the file', () => {
  test('is read by its name', async () => {
    const path = join(folder, 'other.yaml');
    await writeFile(path, 'image: odoo:19\n');
    expect(loadSettings(path, undefined)).toEqual({ image: 'odoo:19' });
  });

  test.each([
    ['that is not there', 'nothing.yaml', 'There is no configuration file'],
    ['that is a folder', '.', "can't be read"],
  ])('%s is told', (_what, name, message) => {
    expect(() => loadSettings(join(folder, name), undefined)).toThrow(message);
  });
});
