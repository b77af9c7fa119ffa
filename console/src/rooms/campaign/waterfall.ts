import type { CampaignPreview } from '@/client/types'

type Bar = CampaignPreview['waterfall'][number]

/** Where each bar hangs, in percent of all candidates: losses from the right end of what is left above,
 * those reached side by side from the left. Bars of nobody stay out, but for the first. */
export function fallsOf(bars: Bar[]): { bar: Bar; from: number; width: number }[] {
  const all = bars.find((bar) => bar.kind === 'candidates')?.count ?? 0
  const share = (value: number) => (all ? (value / all) * 100 : 0)
  let left = all
  let reached = 0
  return bars
    .filter((bar) => bar.kind === 'candidates' || bar.count > 0)
    .map((bar) => {
      if (bar.kind === 'candidates') return { bar, from: 0, width: share(bar.count) }
      if (bar.kind === 'reached') {
        const from = share(reached)
        reached += bar.count
        return { bar, from, width: share(bar.count) }
      }
      left -= bar.count
      return { bar, from: share(left), width: share(bar.count) }
    })
}
