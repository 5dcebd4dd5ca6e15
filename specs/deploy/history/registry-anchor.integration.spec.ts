import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { appendEntry } from '../../../deploy/history/append.ts';
import { pushAnchor, readAnchor } from '../../../deploy/history/registry-anchor.ts';
import { headOf, verifyHistory } from '../../../deploy/history/verify.ts';
import { connectRegistry } from '../../../deploy/registry/client.ts';
import { useRegistry } from '../../support/registry.ts';
import { runCli } from '../../support/run-cli.ts';
import { anchorOf, fields, historyFile, linesOf, numbered } from './sample-history.ts';

const registry = useRegistry();
const connect = (name: string) => connectRegistry({ registry: registry().host, name }, { retryDelayMs: 1 });
const LINES = numbered(4);

describe('an anchor in the registry', () => {
  it('is the head of the history, and is read back', async () => {
    const path = historyFile(LINES);
    const repository = connect('anchor/new');
    expect(await pushAnchor(path, repository, 'promotions')).toEqual({ status: 'anchored', anchor: anchorOf(LINES) });
    expect(await readAnchor(repository, 'promotions')).toEqual(anchorOf(LINES));
  });

  it('is an OCI artifact that says what it is', async () => {
    const repository = connect('anchor/artifact');
    await pushAnchor(historyFile(LINES), repository, 'promotions');
    const manifest = await repository.getManifest('history-promotions');
    expect(manifest?.artifactType).toBe('application/vnd.odoo-gate.history.head.v1+json');
    expect(JSON.parse(Buffer.from(manifest?.bytes ?? []).toString())).toMatchObject({
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      annotations: { 'odoo-gate.history.sequence': '3', 'odoo-gate.history.head': anchorOf(LINES).head },
    });
  });

  it('moves on with the history', async () => {
    const path = historyFile(LINES);
    const repository = connect('anchor/forward');
    await pushAnchor(path, repository, 'promotions');
    await appendEntry(path, fields());
    await pushAnchor(path, repository, 'promotions');
    expect(await readAnchor(repository, 'promotions')).toEqual(await headOf(path));
  });

  it('is not written again while the history stays', async () => {
    const path = historyFile(LINES);
    const repository = connect('anchor/again');
    await pushAnchor(path, repository, 'promotions');
    const before = registry().exchanges.length;
    expect(await pushAnchor(path, repository, 'promotions')).toMatchObject({ status: 'already-anchored' });
    const methods = registry().exchanges.slice(before);
    expect(methods.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each([
    ['shorter', LINES.slice(0, 2)],
    ['another', linesOf(Array.from({ length: 9 }, () => ({ operator: 'Al Doe' })))],
    ['empty', []],
  ])('stays where it is when the history has become %s', async (what, lines) => {
    const path = historyFile(LINES);
    const repository = connect(`anchor/${what}`);
    await pushAnchor(path, repository, 'promotions');
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    await expect(pushAnchor(path, repository, 'promotions')).rejects.toMatchObject({ code: 'history-damaged' });
    expect(await readAnchor(repository, 'promotions')).toEqual(anchorOf(LINES));
  });

  it('stays at the newer head when two are set at once', async () => {
    const path = historyFile(LINES);
    const repository = connect('anchor/race');
    await Promise.all([
      pushAnchor(path, repository, 'promotions'),
      appendEntry(path, fields()).then(() => pushAnchor(path, repository, 'promotions')),
    ]);
    expect(await readAnchor(repository, 'promotions')).toEqual(await headOf(path));
  });

  it('does not take the tag of an image', async () => {
    const { digest } = await registry().pushImage('anchor/foreign', 'history-promotions', 'an image');
    const repository = connect('anchor/foreign');
    const pushing = pushAnchor(historyFile(LINES), repository, 'promotions');
    await expect(pushing).rejects.toMatchObject({ code: 'history-anchor-foreign' });
    expect(await registry().digestOf('anchor/foreign', 'history-promotions')).toBe(digest);
  });

  it('is not set for a history without entries', async () => {
    const pushing = pushAnchor(historyFile([]), connect('anchor/nothing'), 'promotions');
    await expect(pushing).rejects.toMatchObject({ code: 'history-empty' });
  });

  it('that does not read back as written is an error', async () => {
    const repository = connect('anchor/stale');
    const path = historyFile(LINES.slice(0, 2));
    await pushAnchor(path, repository, 'promotions');
    const stale = await repository.getManifest('history-promotions');
    writeFileSync(path, LINES.map((line) => `${line}\n`).join(''));
    registry().intercept(async ({ method, path: asked }, forward) =>
      method === 'GET' && asked.endsWith('/manifests/history-promotions')
        ? new Response(stale?.bytes ?? null, { headers: { 'content-type': stale?.mediaType ?? '' } })
        : forward(),
    );
    await expect(pushAnchor(path, repository, 'promotions')).rejects.toMatchObject({
      code: 'history-anchor-read-back',
    });
  });
});

describe('`history`', () => {
  const at = (name: string) => ['--repository', `${registry().host}/${name}`];

  it('`anchor` keeps the head; with it `verify` finds that the end was cut off, and `anchor` refuses', async () => {
    const path = historyFile(LINES);
    const anchored = await runCli(['history', 'anchor', path, ...at('cli/cut')]);
    expect(anchored).toMatchObject({ exitCode: 0, stdout: `anchored: 3:${anchorOf(LINES).head}\n` });
    writeFileSync(path, `${LINES[0]}\n`);
    expect(await verifyHistory(path)).toMatchObject({ status: 'intact' });
    const found = await runCli(['history', 'verify', path, ...at('cli/cut'), '--registry']);
    expect(found).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('[truncated]') });
    const refused = await runCli(['history', 'anchor', path, ...at('cli/cut')]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('[history-damaged]') });
  });

  it('`verify --registry` finds that the whole file is gone', async () => {
    const path = historyFile(LINES);
    await runCli(['history', 'anchor', path, ...at('cli/gone')]);
    rmSync(path);
    expect(await runCli(['history', 'verify', path, ...at('cli/gone'), '--registry'])).toMatchObject({ exitCode: 1 });
  });

  it('`verify --registry` can not tell without an anchor there', async () => {
    const found = await runCli(['history', 'verify', historyFile(LINES), ...at('cli/none'), '--registry']);
    expect(found).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('[history-anchor-missing]') });
  });
});
