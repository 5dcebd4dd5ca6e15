/** How long work tells what it is doing. The command line renders it on stderr; libraries only call it. */
export interface Progress {
  /** Runs `work` under a title; `detail` replaces the step's second line ("1 200 of 4 000 files"). Steps may overlap. */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  /** One line that stays. */
  note(text: string): void;
}

/** Progress for callers who do not watch. */
export const silentProgress: Progress = {
  step: (_title, work) => work(() => {}),
  note: () => {},
};
