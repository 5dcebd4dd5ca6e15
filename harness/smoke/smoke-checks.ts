import { fileURLToPath } from 'node:url';
import { flowsIn } from './flow-files.ts';

export const FLOWS = fileURLToPath(new URL('./flows', import.meta.url));

/** The checks that `runSmoke` answers when it is not told which flows to run. */
export const SMOKE_CHECKS: readonly string[] = flowsIn(FLOWS).map((flow) => `smoke.${flow}`);
