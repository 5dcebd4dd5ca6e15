import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { InfrastructureError, messageOf } from '../errors.ts';
import { attendProgram } from './attend-program.ts';
import type { ClientProgram, ClientPrograms } from './client-programs.ts';
import type { DatabaseAddress } from './connection.ts';

/**
 * The client programs of this machine, found on PATH or in `binDirectory`, against a server that listens at `address`.
 * The password goes by environment, never by argument: arguments are visible to every user of the machine.
 */
export function localClientPrograms(
  address: Omit<DatabaseAddress, 'database'>,
  { binDirectory }: { binDirectory?: string } = {},
): ClientPrograms {
  return {
    run: async (program, args, io = {}) => {
      io.signal?.throwIfAborted();
      const command = binDirectory === undefined ? program : join(binDirectory, program);
      // A prompt for a password would wait on the terminal for ever.
      const child = spawn(command, ['--no-password', ...args], {
        env: environmentFor(address),
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      return attendProgram(
        program,
        {
          stdin: child.stdin,
          stdout: child.stdout,
          stderr: child.stderr,
          exited: exitOf(child, program),
          terminate: () => child.kill('SIGTERM'),
        },
        io,
      );
    },
    expose: (localPath, work) => work(localPath),
  };
}

function environmentFor(address: Omit<DatabaseAddress, 'database'>): NodeJS.ProcessEnv {
  const { PGSERVICE: _service, PGDATABASE: _database, PGOPTIONS: _options, ...inherited } = process.env;
  return {
    ...inherited,
    PGHOST: address.host,
    PGPORT: String(address.port),
    PGUSER: address.user,
    ...(address.password === '' ? {} : { PGPASSWORD: address.password }),
    PGAPPNAME: 'odoo-gate',
    PGCONNECT_TIMEOUT: '15',
    LC_MESSAGES: 'C',
  };
}

async function exitOf(child: ChildProcess, program: ClientProgram): Promise<number | null> {
  try {
    const [exitCode] = await once(child, 'close');
    return exitCode;
  } catch (cause) {
    throw new InfrastructureError('client-program-missing', `${program} can't be started: ${messageOf(cause)}`, {
      next: "Install Postgres' client programs (Debian: postgresql-client) in the server's major version or newer.",
      cause,
    });
  }
}
