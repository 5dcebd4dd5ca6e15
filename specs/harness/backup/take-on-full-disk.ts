import { readdir } from 'node:fs/promises';
import { type BackupFormat, takeBackup } from '../../../harness/backup/take.ts';
import { containerClientPrograms } from '../../../harness/stack/container-client-programs.ts';
import { connectEngine } from '../../../harness/stack/engine.ts';

// Run by full-disk.integration.spec.ts in a mount namespace of its own; prints what was thrown and what was left.
const [outDir = '', containerId = '', database = '', filestore = '', format = ''] = process.argv.slice(2);
const { docker } = await connectEngine();
const programs = containerClientPrograms(docker.getContainer(containerId), { user: 'odoo' });
const thrown = await takeBackup({
  programs,
  database,
  filestore: { kind: 'directory', path: filestore },
  outDir,
  formats: [format as BackupFormat],
}).then(
  () => ({}),
  (error: { code: string; exitCode: number; message: string }) => error,
);
const { code, exitCode, message } = thrown as { code?: string; exitCode?: number; message?: string };
process.stdout.write(JSON.stringify({ code, exitCode, message, left: await readdir(outDir) }));
