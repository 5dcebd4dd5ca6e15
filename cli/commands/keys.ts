import { writeFile } from 'node:fs/promises';
import { Argument } from 'commander';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';
import { newKeyPair } from '../../harness/evidence/keys.ts';
import type { Subcommand } from '../command.ts';
import { common, option, text } from '../options.ts';

const options = { ...common, outFile: text };

/** `odoo-gate keys` */
export const keys: Subcommand<typeof options> = {
  name: 'keys',
  summary: 'make a pair of keys: one signs evidence, the other goes into the trust file',
  examples: ['odoo-gate keys new --out-file ci    writes ci.key (keep it secret) and ci.pub'],
  options,
  declare: (command) => {
    command
      .addArgument(new Argument('[action]', 'what to do').choices(['new']).default('new'))
      .addOption(option('--out-file <name>', 'the private key goes to NAME.key, the public one to NAME.pub'));
  },
  run: async ({ outFile, format }) => {
    const { id, privatePem, publicPem } = newKeyPair();
    const written = { id, privateKey: `${outFile}.key`, publicKey: `${outFile}.pub` };
    await writeNew(written.privateKey, privatePem, 0o600);
    await writeNew(written.publicKey, publicPem, 0o644);
    process.stdout.write(
      format === 'json'
        ? `${JSON.stringify(written)}\n`
        : `${written.privateKey}  keep it secret: a CI secret, read by \`verify --sign-key-env\`\n${written.publicKey}  goes into the trust file, read by \`promote --trust\`\nkey id ${id}\n`,
    );
    return 0;
  },
};

async function writeNew(path: string, content: string, mode: number): Promise<void> {
  try {
    await writeFile(path, content, { mode, flag: 'wx' });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'EEXIST') {
      throw new UsageError('key-exists', `"${path}" is there already; a key is never overwritten.`, {
        next: 'Choose another name, or move the old key away.',
        cause,
      });
    }
    throw new InfrastructureError('key-not-written', `"${path}" can't be written.`, {
      next: 'Check that its folder is there and may be written to.',
      cause,
    });
  }
}
