import type { CampaignPreview } from '@/client/types'

/** Of so many a preview decides within a request; larger audiences are judged by as many out of them. */
export const SAMPLE = 3_000

export function isSampled(preview: CampaignPreview): boolean {
  return preview.audience > preview.candidates
}

/** Every count of a sample as it would be of the whole audience, about; whoever sends stays who they are. */
export function wholeOf(preview: CampaignPreview): CampaignPreview {
  if (!isSampled(preview) || preview.candidates === 0) return preview
  const times = preview.audience / preview.candidates
  const grown = (count: number) => Math.round(count * times)
  const each = <One extends { count: number }>(ones: One[]): One[] =>
    ones.map((one) => ({ ...one, count: grown(one.count) }))
  return {
    ...preview,
    treated: grown(preview.treated),
    held_out: grown(preview.held_out),
    covered: grown(preview.covered),
    without_associate: grown(preview.without_associate),
    excluded: each(preview.excluded),
    waterfall: each(preview.waterfall),
    per_store: preview.per_store.map((store) => ({
      ...store,
      tasks: grown(store.tasks),
      associates: store.associates.map((one) => ({ ...one, tasks: grown(one.tasks) })),
    })),
    steps: preview.steps.map((step) => ({
      ...step,
      first: grown(step.first),
      reachable: grown(step.reachable),
      blocked: each(step.blocked),
    })),
  }
}
