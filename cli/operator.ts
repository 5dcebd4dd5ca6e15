import { userInfo } from 'node:os';

/** Who runs this, as the machine knows them; in a container there may be no name for the user's number. */
export function currentOperator(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
