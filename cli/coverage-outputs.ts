import { appendFile } from 'node:fs/promises';
import { renderAnnotations } from '../harness/coverage-gate/annotations.ts';
import { renderBadge } from '../harness/coverage-gate/badge.ts';
import { renderBaseline } from '../harness/coverage-gate/base.ts';
import type { BaselineStore } from '../harness/coverage-gate/baseline-store.ts';
import { markerOf, renderComment } from '../harness/coverage-gate/comment.ts';
import { saveBaseline } from '../harness/coverage-gate/find-baseline.ts';
import type { JudgedCoverage } from '../harness/coverage-gate/gate.ts';
import { askGit } from '../harness/coverage-gate/git.ts';
import { type CommentTarget, githubTarget, gitlabTarget } from '../harness/coverage-gate/post-comment.ts';
import type { Progress } from '../harness/progress.ts';
import { replaceFile } from '../harness/report/write.ts';
import type { Verdict } from '../harness/verdict.ts';

/** Where `--comment` goes: a pull or merge request, or else a file. Throws UsageError `comment-target-unknown`. */
export function commentTarget(where: string, env = process.env): CommentTarget {
  if (where === 'github') return githubTarget(env);
  if (where === 'gitlab') return gitlabTarget(env);
  return {
    name: where,
    post: async (_, content) => {
      await replaceFile(where, content);
      return 'created';
    },
  };
}

interface Outputs {
  comment?: CommentTarget | undefined;
  commentId: string;
  badge?: string | undefined;
  annotations: boolean;
  root: string;
}

/** Tells others what was judged: badge, annotations on stderr, the summary of the job, and last the comment. */
export async function tellOthers(
  judged: JudgedCoverage,
  verdict: Verdict,
  { comment, commentId, badge, annotations, root }: Outputs,
  progress: Progress,
): Promise<void> {
  if (badge !== undefined) await replaceFile(badge, renderBadge(judged.totals));
  if (annotations && judged.changed !== undefined) {
    const prefix = (await askGit(root, ['rev-parse', '--show-prefix']))?.trim();
    const refused = judged.results.some(({ id, status }) => id === 'coverage.changed-lines' && status === 'failed');
    for (const command of renderAnnotations(judged.changed, refused, prefix)) process.stderr.write(`${command}\n`);
  }
  const content = renderComment(judged, verdict, commentId);
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (annotations && summary !== undefined && summary !== '') await appendFile(summary, content);
  if (comment === undefined) return;
  const done = await comment.post(markerOf(commentId), content);
  progress.note(`comment ${done}: ${comment.name}`);
}

/** Keeps the coverage of this commit for those that follow. A refused one is not kept: it would lower the bar. */
export async function keepBaseline(
  judged: JudgedCoverage,
  verdict: Verdict,
  { store, root }: { store: BaselineStore; root: string },
  progress: Progress,
): Promise<void> {
  const saved =
    verdict === 'pass'
      ? await saveBaseline(store, root, (commit) => renderBaseline(commit, judged.coverage))
      : { refused: `the verdict is ${verdict}` };
  progress.note(
    'refused' in saved
      ? `baseline not saved: ${saved.refused}`
      : `baseline of ${saved.commit.slice(0, 12)} saved in ${store.name}`,
  );
}
