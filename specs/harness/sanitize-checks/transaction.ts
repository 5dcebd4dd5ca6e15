export { rolledBack, sessionWithin } from '../../../harness/selftest/scratch.ts';
