import type { Role } from './roles.ts';
import type { Screen } from './screens.ts';
import type { Visit } from './visit.ts';
import type { Seen } from './walk-state.ts';

export interface NotReached {
  screen: Screen;
  reason: string;
  /** Whether that leaves the walk unfinished; a menu that leads out of Odoo does not. */
  isOpen: boolean;
}

/** What one visitor saw, in the order of the menus. */
export interface RoleWalk {
  role: Role;
  screens: readonly Screen[];
  visits: Visit[];
  /** Seen, and sound, before this walk was interrupted. */
  resumed: { screen: Screen; seen: Seen }[];
  notReached: NotReached[];
}
