/** A module as its manifest tells. */
export interface Module {
  depends: readonly string[];
  installable: boolean;
}

/** A module of the repository. */
export interface Addon extends Module {
  name: string;
  /** Its folder on this machine. */
  path: string;
  /** Whether it has files that hold tests. */
  hasTests: boolean;
  /** Why its manifest can't be read. */
  unreadable?: string;
}

/** Every module that Odoo will find, by name; an addon of the repository stands for one of the image. */
export type ModuleGraph = ReadonlyMap<string, Module>;
