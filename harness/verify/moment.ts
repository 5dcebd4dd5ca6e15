/** When the checks are asked again: after `--update`, when Odoo has started, after the flows. */
export type Moment = 'update' | 'boot' | 'flows';

/** Since when something is wrong, for a finding. */
export const SINCE: Record<Moment, string> = {
  update: 'since the update of the modules',
  boot: "since Odoo's start",
  flows: 'since the flows',
};
