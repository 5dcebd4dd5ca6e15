/*
 * What runs inside the page, by Odoo's own services where it has them (15 to 19). Each function travels as its text:
 * it reaches nothing but the page.
 */

/** What the web client shows once it has settled. */
export interface Shown {
  /** The view that is open, `list`; undefined where the action has none. */
  view: string | undefined;
  /** What the view switcher offers beside it. */
  others: string[];
  isBlank: boolean;
  hasDialog: boolean;
  /** A form that has something to save, though nobody typed. */
  isDirty: boolean;
}

/** As far as it is used here. */
interface Odoo {
  __WOWL_DEBUG__: { root: Component & { env: { services: Services } } };
}
interface Services {
  menu: { selectMenu(id: number): Promise<void> };
  action: { currentController?: { action?: { views?: [unknown, string][] } } | null };
}
interface Component {
  __owl__: OwlNode;
  props?: {
    archInfo?: { editable?: unknown; noOpen?: unknown; openAction?: unknown };
    list?: unknown;
  };
}
interface OwlNode {
  component: Component;
  children: Record<string, OwlNode>;
}

/** Odoo 15 and later open a menu without loading the page anew. */
export function hasMenuService(): boolean {
  const { odoo } = globalThis as { odoo?: Partial<Odoo> };
  return odoo?.__WOWL_DEBUG__?.root.env?.services?.menu?.selectMenu !== undefined;
}

/** Opens a menu as a click on it does; resolves once its action is shown, or failed as it fails under a user's hand. */
export function selectMenu(id: number): Promise<void> {
  const { odoo } = globalThis as unknown as { odoo: Odoo };
  return new Promise((ended) => {
    const opened = odoo.__WOWL_DEBUG__.root.env.services.menu.selectMenu(id);
    // What throws as it is mounted leaves the menu neither open nor refused.
    const looking = setInterval(() => {
      if (document.querySelector('.o_error_dialog') !== null) end();
    }, 100);
    const end = () => {
      clearInterval(looking);
      ended();
    };
    opened.then(end, (error: unknown) => {
      end();
      // Nobody handles it, as after a click: Odoo's error service gets to see it.
      void Promise.reject(error);
    });
  });
}

export function readShown(): Shown {
  const manager = document.querySelector('.o_action_manager');
  const switches = [...document.querySelectorAll('.o_cp_switch_buttons .o_switch_view')];
  const typeOf = (element: Element) =>
    [...element.classList].find((name) => /^o_[a-z_]+$/.test(name) && name !== 'o_switch_view')?.slice(2) ?? '';
  const active = switches.find((each) => each.classList.contains('active'));
  const drawn = [...(manager?.querySelectorAll('[class*="_view"]') ?? [])]
    .flatMap((element) => [...element.classList])
    .map(
      (name) =>
        /^o_(list|kanban|form|calendar|pivot|graph|activity|hierarchy|map|gantt|cohort|grid)_view$/.exec(name)?.[1],
    )
    .find((type) => type !== undefined);
  const hasSize = (element: Element) => element.getBoundingClientRect().height > 0;
  const saves = document.querySelector(
    '.o_form_status_indicator:not(.o_form_status_indicator_new_record) .o_form_status_indicator_buttons:not(.invisible)',
  );
  return {
    view: active === undefined ? drawn : typeOf(active),
    others: switches.filter((each) => each !== active).map(typeOf),
    isBlank: ![...(manager?.children ?? [])].some((child) => hasSize(child) && child.childElementCount > 0),
    hasDialog: document.querySelector('.modal .modal-content') !== null,
    isDirty: saves !== null,
  };
}

export function showsAnything(): boolean {
  return [...document.body.querySelectorAll(':not(script, style, template)')].some(
    (element) =>
      element.childElementCount === 0 && element.checkVisibility() && element.getBoundingClientRect().height > 0,
  );
}

/** Whether a view of a type is drawn, and marked as the open one. */
export function isDrawn(type: string): boolean {
  const marked = document.querySelector(`.o_cp_switch_buttons .o_switch_view.o_${type}`);
  const drawn = document.querySelector(`.o_action_manager .o_${type}_view`);
  return drawn !== null && (marked === null || marked.classList.contains('active'));
}

export function pressSwitch(type: string): void {
  document.querySelector<HTMLElement>(`.o_cp_switch_buttons .o_switch_view.o_${type}`)?.click();
}

/**
 * Clicks the first record of a list, or the first group above it; nothing where a click would edit in place, run a
 * method, or meet a sample.
 */
export function openFirstRecord(): 'record' | 'group' | 'nothing' {
  const find = (node: OwlNode): Component | undefined =>
    node.component.props?.archInfo !== undefined && node.component.props.list !== undefined
      ? node.component
      : Object.values(node.children)
          .map(find)
          .find((each) => each !== undefined);
  const { odoo } = globalThis as unknown as { odoo: Odoo };
  const { root } = odoo.__WOWL_DEBUG__;
  const views = root.env.services.action.currentController?.action?.views ?? [];
  if (!views.some(([, type]) => type === 'form')) return 'nothing';
  const archInfo = find(root.__owl__)?.props?.archInfo;
  if (archInfo === undefined || archInfo.noOpen || archInfo.editable || archInfo.openAction) return 'nothing';
  const list = document.querySelector('.o_action_manager .o_list_view:not(.o_view_sample_data)');
  if (list === null || list.querySelector('.o_view_sample_data') !== null) return 'nothing';
  const cell = list.querySelector<HTMLElement>('.o_data_row > td.o_data_cell:not(.o_list_button, .o_handle_cell)');
  cell?.click();
  if (cell !== null) return 'record';
  const group = list.querySelector<HTMLElement>('.o_group_header:not(.o_group_open) .o_group_name');
  group?.click();
  return group === null ? 'nothing' : 'group';
}

export function pressBack(): boolean {
  const crumbs = document.querySelectorAll<HTMLElement>(
    '.o_action_manager .o_breadcrumb .breadcrumb-item a, .o_action_manager .o_back_button',
  );
  const last = crumbs[crumbs.length - 1];
  last?.click();
  return last !== undefined;
}

export function pressFilterMenu(): boolean {
  const toggler = document.querySelector<HTMLElement>('.o_control_panel .o_searchview_dropdown_toggler');
  toggler?.click();
  return toggler !== null;
}

/** Sets every filter of the open search menu that is not set, of one with choices the first; how many that were. */
export function pressFilters(): number {
  const menu = document.querySelector('.o_filter_menu');
  const items = [
    ...(menu?.querySelectorAll<HTMLElement>(':scope > .o_menu_item:not(.o_add_custom_filter, .selected)') ?? []),
  ];
  for (const item of items) item.click();
  return items.length;
}

/** Closes dialogs and gives up what a form would save; whether there was any of that. */
export function leaveNothingOpen(): boolean {
  const open = document.querySelectorAll<HTMLElement>(
    '.modal .modal-header .btn-close, .modal .modal-header .close, .o_form_status_indicator_buttons:not(.invisible) .o_form_button_cancel',
  );
  for (const each of open) each.click();
  return open.length > 0;
}
