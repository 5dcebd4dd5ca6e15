/** Where baselines are kept: one file for each commit, `<hash>.json`. */
export interface BaselineStore {
  /** For messages. */
  name: string;
  /** Hashes of the commits that have one. */
  commits(): Promise<ReadonlySet<string>>;
  read(commit: string): Promise<string>;
  save(commit: string, content: string): Promise<void>;
}

/** The commits that files named `<hash>.json` are of. */
export function commitsAmong(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => /^([0-9a-f]{40}|[0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []));
}
