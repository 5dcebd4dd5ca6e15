import { closeSession, openSession } from './session.ts';
import { readSettings } from './settings.ts';

/** Signs in once for all flows. The session reaches the workers through the environment, never through a file. */
export default async function signInOnce(): Promise<() => Promise<void>> {
  const settings = readSettings();
  const session = await openSession(settings);
  process.env.ODOO_GATE_SMOKE_SESSION = JSON.stringify(session);
  return async () => {
    if (session.state === 'open') await closeSession(settings, session);
  };
}
