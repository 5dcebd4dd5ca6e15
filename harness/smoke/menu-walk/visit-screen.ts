import type { PageProblem } from '../page-watch.ts';
import type { Screen } from './screens.ts';
import { NoWebClient, Stuck, type Tab } from './tab.ts';
import type { Visit, VisitStep } from './visit.ts';

/** Looks at one screen in all its views. Throws what says nothing about the screen: a browser or a server gone. */
export async function visitScreen(tab: Tab, screen: Screen): Promise<Visit> {
  const visit: Visit = { screen, steps: [], views: { shown: 0, offered: 0 }, openedRecord: false };
  const guided = new Guided(tab, visit.steps);
  try {
    await (screen.target.kind === 'page'
      ? seePage(guided, screen.target.path)
      : seeAction(guided, visit, screen.target));
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
  return visit;
}

/** The rest of the screen is not looked at: what it shows would follow from the failure. */
class StepFailed extends Error {}

/** Does one thing after another, each with the problems that the page met meanwhile. */
class Guided {
  readonly tab: Tab;
  readonly #steps: VisitStep[];

  constructor(tab: Tab, steps: VisitStep[]) {
    this.tab = tab;
    this.#steps = steps;
  }

  /** `work` answers with what it saw that the page itself did not complain of. */
  async step(name: string, work: () => Promise<PageProblem | undefined>): Promise<void> {
    const from = Date.now();
    const seen = await work().catch((error: unknown) => {
      if (error instanceof NoWebClient) return NO_CLIENT;
      if (error instanceof Stuck) return { kind: 'stuck' as const, message: 'The screen did not open in time' };
      throw error;
    });
    const met = await this.tab.watch.takeProblems();
    // What stays blank because of an error is told by the error.
    const problems = met.length > 0 || seen === undefined ? met : [seen];
    this.#steps.push({ name, from, to: Date.now(), problems });
    if (problems.length > 0) throw new StepFailed();
  }
}

async function seePage(guided: Guided, path: string): Promise<void> {
  const { tab } = guided;
  await guided.step('opened', async () => {
    await tab.openPage(path);
    return (await tab.showsAnything()) ? undefined : BLANK;
  });
}

/** What stands for every screen behind it. */
export const NO_CLIENT = { kind: 'blank-screen', message: 'The web client does not start' } as const;
const BLANK = { kind: 'blank-screen', message: 'Nothing is shown' } as const;

async function seeAction(guided: Guided, visit: Visit, target: { menuId: number; actionId: number }): Promise<void> {
  const { tab } = guided;
  let others: string[] = [];
  let view: string | undefined;
  await guided.step('opened', async () => {
    await tab.openMenu(target);
    if (!(await tab.hasWebClient())) return undefined;
    const shown = await tab.shown();
    // A dialog stands before the screen that was open already.
    if (shown.hasDialog) return undefined;
    ({ view, others } = shown);
    visit.views.offered = view === undefined ? 0 : 1 + others.length;
    if (shown.isBlank) return BLANK;
    visit.views.shown = visit.views.offered > 0 ? 1 : 0;
    return shown.isDirty ? DIRTY : undefined;
  });
  // A list last: its record is opened from there, and the filters tried where that leads back to.
  const order = [...others.filter((type) => type !== 'list'), ...others.filter((type) => type === 'list')];
  if (view === 'list') await seeRecord(guided, visit);
  for (const type of order) {
    await guided.step(type, async () => {
      if (!(await tab.switchTo(type))) return { kind: 'blank-screen', message: 'The view is not shown' };
      visit.views.shown += 1;
      return undefined;
    });
    if (type === 'list') await seeRecord(guided, visit);
  }
  await guided.step('filters', async () => {
    await tab.tryFilters();
    return undefined;
  });
  await tab.tidyUp();
}

const DIRTY = { kind: 'dirty-form', message: 'The form wants to be saved, though nothing was typed' } as const;

async function seeRecord(guided: Guided, visit: Visit): Promise<void> {
  const { tab } = guided;
  let opened = false;
  await guided.step('first record', async () => {
    const record = await tab.openFirstRecord();
    if (record === 'not drawn') return { kind: 'blank-screen', message: 'The record is not shown' };
    opened = record === 'opened';
    visit.openedRecord ||= opened;
    return opened && (await tab.shown()).isDirty ? DIRTY : undefined;
  });
  if (opened) {
    await guided.step('back from the record', async () =>
      (await tab.goBack()) ? undefined : { kind: 'blank-screen', message: 'No way leads back' },
    );
  }
}
