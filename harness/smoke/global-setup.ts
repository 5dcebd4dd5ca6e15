import { closeSession, openSession } from './session.ts';
import { readSettings } from './settings.ts';

/** Signs in once for all flows. The session reaches the workers through the environment, never through a file. */
export default async function signInOnce(): Promise<() => Promise<void>> {
  if (process.connected) Object.assign(process.env, await told());
  const settings = readSettings();
  const session = await openSession(settings);
  process.env.ODOO_GATE_SMOKE_SESSION = JSON.stringify(session);
  return async () => {
    if (session.state === 'open') await closeSession(settings, session);
  };
}

/** odoo-gate starts the runner before Odoo answers, and tells it the settings once it does. */
async function told(): Promise<NodeJS.ProcessEnv> {
  const orphaned = () => process.exit(1);
  process.once('disconnect', orphaned);
  const settings = await new Promise<NodeJS.ProcessEnv>((resolve) => {
    process.once('message', (message) => resolve(message as NodeJS.ProcessEnv));
  });
  process.off('disconnect', orphaned);
  process.disconnect?.();
  return settings;
}
